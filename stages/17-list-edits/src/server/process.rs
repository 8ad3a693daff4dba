//! The server's process: what only the shell can know of it.

use std::path::PathBuf;
use std::time::Duration;

use crate::protocol::clock::UnixMillis;

/// The running program.
#[derive(Debug)]
pub struct Process {
    /// The process ID.
    pub id: u32,
    /// 40 random hexadecimal digits, new at each start.
    pub run_id: String,
    /// As many, for the contents of the databases: a replica could ask whether it has the same.
    pub replication_id: String,
    /// The file of the program.
    pub executable: PathBuf,
    /// When the process was started.
    pub started_at: UnixMillis,
    /// Returns what the process uses of the machine.
    pub resources: fn() -> Resources,
}

/// What a process uses of its machine, as far as the kernel reports it. Memory in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resources {
    /// The resident memory.
    pub memory: Option<u64>,
    /// The peak of the resident memory.
    pub peak_memory: Option<u64>,
    /// The memory of the machine.
    pub system_memory: Option<u64>,
    /// The CPU time.
    pub cpu: Option<CpuTimes>,
}

/// CPU time, in the program itself and in the kernel on its behalf.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuTimes {
    /// In the kernel.
    pub system: Duration,
    /// In the program.
    pub user: Duration,
    /// The same for child processes.
    pub children_system: Duration,
    /// The same for child processes.
    pub children_user: Duration,
}

impl Default for Process {
    /// Returns the values for a platform without processes.
    fn default() -> Self {
        Self {
            id: 0,
            run_id: "0".repeat(40),
            replication_id: "0".repeat(40),
            executable: PathBuf::new(),
            started_at: UnixMillis(0),
            resources: Resources::default,
        }
    }
}
