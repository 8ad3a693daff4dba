use crate::{Expiry, Honest, Server};

/// Accepts `KEEPTTL`, and does nothing about it.
///
/// An option that only has to be let through passes every test that looks at the reply. The key
/// should expire, and stays forever.
pub(super) struct IgnoresKeepttl;

impl Server for IgnoresKeepttl {
    fn expiry(&self, options: &[Vec<u8>]) -> Result<Expiry, &'static str> {
        match Honest.expiry(options)? {
            Expiry::AsBefore => Ok(Expiry::Never),
            other => Ok(other),
        }
    }
}
