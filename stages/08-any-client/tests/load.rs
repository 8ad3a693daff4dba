//! Every scenario of hostile load up to this stage's own, on its binary, one named test each.

fn main() -> std::process::ExitCode {
    conformance::load::stage(
        env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))),
        env!("CARGO_PKG_NAME"),
    )
}
