use crate::{Expiry, Honest, Server};

/// Reads options that exclude each other, and keeps the last.
///
/// A loop that overwrites its variable does this by itself. The caller has asked for two things
/// at once, and is not told that they do not go together.
pub(super) struct LetsTheLastOptionWin;

impl Server for LetsTheLastOptionWin {
    fn expiry(&self, options: &[Vec<u8>]) -> Result<Expiry, &'static str> {
        let (mut rest, mut expiry) = (options, Expiry::Never);
        while let Some(first) = rest.first() {
            let words = if self.option_name(first) == "KEEPTTL" { 1 } else { 2 };
            let (option, after) = rest.split_at_checked(words).unwrap_or((rest, &[]));
            expiry = Honest.expiry(option)?;
            rest = after;
        }
        Ok(expiry)
    }
}
