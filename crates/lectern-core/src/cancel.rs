//! Cancelling a call from another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// How often a wait looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(20);

/// Set once to stop the calls that share it; checked between files, segments and winners.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that nobody has cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the calls that hold this token to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// `Err(Cancelled)` once [`CancelToken::cancel`] was called.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Waits, and ends early once [`CancelToken::cancel`] was called.
    pub(crate) fn wait(&self, time: Duration) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < time {
            self.check()?;
            std::thread::sleep(LOOK.min(time));
        }
        self.check()
    }
}
