//! Every transcript up to this stage's own, played against its binary, one named test each.

fn main() -> std::process::ExitCode {
    conformance::stage(
        env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))),
        env!("CARGO_PKG_NAME"),
    )
}
