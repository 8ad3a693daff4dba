//! What only the shell can know of the process that the server is.

use std::path::PathBuf;
use std::time::Duration;

use crate::clock::UnixMillis;

/// The running program.
#[derive(Debug)]
pub struct Process {
    /// The number that the system gave it.
    pub id: u32,
    /// 40 hexadecimal digits, others after each start.
    pub run_id: String,
    /// As many, for what is in the databases: a replica could ask whether it has the same.
    pub replication_id: String,
    /// The file that was started.
    pub executable: PathBuf,
    /// When that was.
    pub started_at: UnixMillis,
    /// Returns what it uses of the machine.
    pub resources: fn() -> Resources,
}

/// What a process uses of its machine, as far as the system tells. Memory in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resources {
    /// How much memory it takes up.
    pub memory: Option<u64>,
    /// The most that it ever took up.
    pub peak_memory: Option<u64>,
    /// How much memory there is in all.
    pub system_memory: Option<u64>,
    /// How long it has computed.
    pub cpu: Option<CpuTimes>,
}

/// Time of computing, for the program itself and in the system's functions that it has called.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuTimes {
    /// In functions of the system.
    pub system: Duration,
    /// In the program.
    pub user: Duration,
    /// Likewise, of processes that it has started.
    pub children_system: Duration,
    /// Likewise, of processes that it has started.
    pub children_user: Duration,
}

impl Default for Process {
    /// What there is where there are no processes.
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
