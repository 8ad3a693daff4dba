//! INFO: what the process uses of its machine.

use std::time::Duration;

use crate::corpus::from_scan::info::info;
use crate::subject::stage::clock::UnixMillis;
use crate::subject::stage::process::{CpuTimes, Process, Resources};
use crate::subject::{NOW, Subject};

#[test]
fn what_the_process_uses_is_told_in_bytes_and_for_people() {
    let mut subject = Subject::default();
    assert!(!info(&mut subject, "INFO memory").contains("used_memory"));
    assert_eq!(info(&mut subject, "INFO cpu"), "# CPU\r\n");
    subject.set_process(Process {
        started_at: UnixMillis(NOW - 3 * 24 * 60 * 60 * 1000 - 999),
        resources: || Resources {
            memory: Some(1023),
            peak_memory: Some(1536 * 1024),
            system_memory: Some(3 << 40),
            cpu: Some(CpuTimes { user: Duration::from_micros(12_000_034), ..CpuTimes::default() }),
        },
        ..Process::default()
    });
    let text = info(&mut subject, "INFO");
    for line in [
        "uptime_in_seconds:259200",
        "uptime_in_days:3",
        "used_memory:1023",
        "used_memory_human:1023B",
        "used_memory_rss:1023",
        "used_memory_peak:1572864",
        "used_memory_peak_human:1.50M",
        "total_system_memory_human:3.00T",
        "maxmemory_human:0B",
        "used_cpu_sys:0.000000",
        "used_cpu_user:12.000034",
        "rdb_last_save_time:1699740799",
    ] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in {text}");
    }
}
