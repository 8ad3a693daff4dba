//! Keys that expire although no client asks for them.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Claim, PATIENCE, Subject, check, claim};
use crate::load::MIB;

pub(super) const CLAIMS: &[Claim] = &[claim!(
    "15-exact-expiry"..,
    the_memory_of_expired_keys_is_given_back_although_no_client_asks
)
.on_linux()
.likely("does something look for expired keys while no request comes?")];

fn the_memory_of_expired_keys_is_given_back_although_no_client_asks(
    subject: &Subject,
) -> Result<()> {
    let server = subject.start(&[])?;
    let mut client = server.connect()?;
    // The timer sleeps until a deadline that is far off: an earlier one has to wake it.
    client.command(&[b"SET", b"far", b"v", b"EX", b"1000"], b"+OK\r\n")?;
    // An allocator gives so large a value back to the kernel.
    let value = vec![b'x'; 48 * MIB as usize];
    for key in [b"a", b"b"] {
        client.command(&[b"SET", key, &value, b"PX", b"1000"], b"+OK\r\n")?;
    }
    let late = Instant::now() + PATIENCE;
    while server.memory().is_some_and(|memory| memory > 32 * MIB) {
        check(Instant::now() < late, || {
            ("less than 32 MiB of memory".into(), format!("{:?}", server.memory()))
        })?;
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
