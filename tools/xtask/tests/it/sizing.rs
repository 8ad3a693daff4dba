//! `cargo xtask lines`.

use crate::project::Project;

#[test]
fn lines_are_counted_put_into_the_map_and_checked() {
    let project = Project::new();
    project.write("stages/01-a/src/shared.rs", "fn f() {\n    // No.\n}\n");
    project.write("stages/01-a/src/not_rust.txt", "1\n");
    project.write("stages/01-a/tests/it.rs", "fn f() {}\n");
    let run = project.xtask(&["lines"]);
    assert_eq!(
        run.stdout,
        "    16    +16  stages/01-a\n    22     +6  stages/02-b\n    15     -7  stages/03-c\n    15     +0  stages/04-d\n    68  in all\n"
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));

    let row = |name, lines| format!("| [{name}](stages/{name}) | {lines:>2} |\n");
    let map = |first| {
        format!("{}{}{}{}", row("01-a", first), row("02-b", 22), row("03-c", 15), row("04-d", 15))
    };
    project.write("README.md", &map(9));
    let run = project.xtask(&["lines", "--check"]);
    assert_eq!(
        run.stderr,
        "error: README.md: says `| [01-a](stages/01-a) |  9 |`, not `| [01-a](stages/01-a) | 16 |`; run `cargo xtask lines --write`\n"
    );
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));

    assert_eq!(project.xtask(&["lines", "--write"]).code, 0);
    assert_eq!(project.read("README.md"), map(16));
    assert_eq!(project.xtask(&["lines", "--check"]).code, 0);
}
