//! What a server that has reached this stage must do, asked of this stage's binary or of the server
//! that the environment names: `SERVER='./mine --port {port}'`.

fn main() -> std::process::ExitCode {
    conformance::stage(
        env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))),
        env!("CARGO_PKG_NAME"),
    )
}
