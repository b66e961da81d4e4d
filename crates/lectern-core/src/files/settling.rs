//! Reading a file that is just being replaced.
//!
//! Editors save by moving the old file away and the new one in, or by emptying a file and filling
//! it. In between a page looks deleted or empty. Who reads it then waits for some milliseconds, but
//! only where something happened within the last second.

use std::io;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::roots::{FileBytes, RootSet};

/// The longest that one call waits in all: editors take less, and what is deleted stays so.
pub(crate) const SETTLING: Duration = Duration::from_millis(40);
const PAUSE: Duration = Duration::from_millis(8);
const JUST_NOW: Duration = Duration::from_secs(1);

impl RootSet {
    /// Reads a file that is expected to be there and not to be empty. `patience` is what the call
    /// may still wait, and is taken from.
    ///
    /// # Errors
    /// As [`RootSet::read`].
    pub(crate) fn read_settled(
        &self,
        path: &str,
        max_bytes: u64,
        patience: &mut Duration,
    ) -> io::Result<FileBytes> {
        loop {
            let read = self.read(path, max_bytes);
            let is_odd = match &read {
                Ok(file) => file.bytes.is_empty(),
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            };
            if !is_odd || *patience < PAUSE || !self.was_touched_just_now(path) {
                return read;
            }
            sleep(PAUSE);
            *patience -= PAUSE;
        }
    }

    /// Whether the file, or where it is gone its folder, was written within the last second, or will
    /// be by its time: clocks differ.
    fn was_touched_just_now(&self, path: &str) -> bool {
        let Some(touched) = self.last_touched(path) else { return false };
        SystemTime::now().duration_since(touched).is_ok_and(|age| age <= JUST_NOW)
    }
}
