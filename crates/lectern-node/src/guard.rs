//! The one place where panics stop.
//!
//! A task's compute function is called from plain `extern "C"` code, so a panic that leaves it ends
//! the process. Every call of the binding goes through [`guarded`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};

use napi::bindgen_prelude::Either;
use napi_derive::napi;

use crate::failure::BindingFailure;

/// Kinds of calls, for tests of the guard.
#[napi(string_enum = "camelCase")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BindingCall {
    /// `open`.
    Open,
    /// `locate`.
    Locate,
    /// `sync`.
    Sync,
    /// `compact`.
    Compact,
    /// `search`.
    Search,
    /// `read`.
    Read,
    /// `stats`.
    Stats,
    /// `browse`.
    Browse,
    /// `list`, `find`, `completePath`, `completeName`, `pageTimes`.
    Catalog,
    /// `verify`, `scrub`.
    Verify,
    /// `lead`.
    Lead,
    /// `folders`.
    Folders,
}

static PANIC_IN: AtomicU8 = AtomicU8::new(0);

/// Makes the next call of that kind panic inside the core's thread. For tests of the boundary: a
/// guard that is never tried on the real addon is not known to hold.
#[napi]
#[cfg_attr(test, allow(dead_code, reason = "called from Node only"))]
pub fn panic_in_next(call: BindingCall) {
    PANIC_IN.store(call as u8 + 1, Ordering::SeqCst);
}

/// Runs a call; an error or a panic becomes a failure. `reset` runs after a panic, when the state
/// behind the call is unknown.
pub(crate) fn guarded<T>(
    call: BindingCall,
    work: impl FnOnce() -> lectern_core::Result<T>,
    reset: impl FnOnce(),
) -> Either<T, BindingFailure> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mark = call as u8 + 1;
        let is_asked = PANIC_IN.load(Ordering::Relaxed) == mark
            && PANIC_IN.compare_exchange(mark, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        assert!(!is_asked, "asked for by panicInNext");
        work()
    }));
    match outcome {
        Ok(Ok(value)) => Either::A(value),
        Ok(Err(error)) => Either::B(error.into()),
        Err(payload) => {
            reset();
            let message = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| payload.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "panic without a message".to_owned());
            Either::B(BindingFailure::panicked(message))
        }
    }
}
