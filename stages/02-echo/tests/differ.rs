//! Compares this stage with a real Redis, if there is one: random sessions must agree.

fn main() -> std::process::ExitCode {
    conformance::differ::stage(
        env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))),
        env!("CARGO_PKG_NAME"),
    )
}
