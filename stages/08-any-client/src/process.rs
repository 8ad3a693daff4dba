//! What only the shell can know of the process that the server is.

use std::path::PathBuf;

use crate::clock::UnixMillis;

/// The running program.
#[derive(Debug)]
pub struct Process {
    /// The number that the system gave it.
    pub id: u32,
    /// 40 hexadecimal digits, others after each start.
    pub run_id: String,
    /// The file that was started.
    pub executable: PathBuf,
    /// When that was.
    pub started_at: UnixMillis,
    /// Returns how many bytes of memory it takes up, if the system tells.
    pub resident_memory: fn() -> Option<usize>,
}

impl Default for Process {
    /// What there is where there are no processes.
    fn default() -> Self {
        Self {
            id: 0,
            run_id: "0".repeat(40),
            executable: PathBuf::new(),
            started_at: UnixMillis(0),
            resident_memory: || None,
        }
    }
}
