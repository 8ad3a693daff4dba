//! This stage beside a real Redis, if there is one: random sessions must come out the same.

fn main() -> std::process::ExitCode {
    conformance::differ::stage(
        env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))),
        env!("CARGO_PKG_NAME"),
    )
}
