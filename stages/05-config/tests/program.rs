//! What the program owes its clients and its user up to this stage's own, on its binary.

fn main() -> std::process::ExitCode {
    conformance::program::stage(
        env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))),
        env!("CARGO_PKG_NAME"),
    )
}
