//! A library to preload into a process (`LD_PRELOAD`) that fails one of its calls to the system, or
//! kills the process instead of one.
//!
//! Calls are counted over all threads, and only those on files below one folder; so `every N` means
//! every write, sync, rename and removal that a commit makes, whichever thread makes it. (strace
//! counts by thread.) Calls that a library makes without the C library are not seen.
//!
//! | variable | says |
//! | --- | --- |
//! | `FAULT_FOLDER` | absolute; the folder whose files count |
//! | `FAULT_CALLS` | letters: `w`rite, `s`ync, `r`ename, `u`nlink, `o`pen, `t`runcate, read `p`art; default `wsru` |
//! | `FAULT_AT` | from 1, the call that fails; 0 or absent: none |
//! | `FAULT_LAST` | the last one; default the same; `all`: from then on |
//! | `FAULT_DOES` | `kill`, `stop`, or the number of an error |
//! | `FAULT_COUNT` | a file that gets the number of calls when the process ends by itself |
#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "stands between a program and the C library")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::transmute;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use libc::{mode_t, off64_t, size_t, ssize_t};

const PATH_BYTES: usize = 4096;

/// What the environment says.
struct Plan {
    folder: Vec<u8>,
    calls: Vec<u8>,
    at: usize,
    last: usize,
    does: Does,
}

#[derive(Clone, Copy)]
enum Does {
    Fail(c_int),
    /// Sends the process a signal: it is killed, or stopped until it is told to go on.
    Signal(c_int),
}

static SEEN: AtomicUsize = AtomicUsize::new(0);
static PLAN: OnceLock<Option<Plan>> = OnceLock::new();

fn variable(name: &CStr) -> Option<&'static [u8]> {
    // SAFETY: `name` ends with NUL; the environment of a process under test is not changed.
    let value = unsafe { libc::getenv(name.as_ptr()) };
    // SAFETY: what getenv gives ends with NUL.
    (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) }.to_bytes())
}

fn number(name: &CStr) -> Option<usize> {
    std::str::from_utf8(variable(name)?).ok()?.parse().ok()
}

fn plan() -> Option<&'static Plan> {
    let read = || {
        let at = number(c"FAULT_AT").unwrap_or(0);
        // SAFETY: registers a function of this library.
        unsafe { libc::atexit(tell_count) };
        let last = match variable(c"FAULT_LAST") {
            Some(b"all") => usize::MAX,
            _ => number(c"FAULT_LAST").unwrap_or(at),
        };
        Some(Plan {
            folder: variable(c"FAULT_FOLDER")?.to_vec(),
            calls: variable(c"FAULT_CALLS").unwrap_or(b"wsru").to_vec(),
            at,
            last,
            does: match number(c"FAULT_DOES").and_then(|error| c_int::try_from(error).ok()) {
                Some(error) => Does::Fail(error),
                None if variable(c"FAULT_DOES") == Some(b"stop") => Does::Signal(libc::SIGSTOP),
                None => Does::Signal(libc::SIGKILL),
            },
        })
    };
    PLAN.get_or_init(read).as_ref()
}

extern "C" fn tell_count() {
    if let Some(file) = variable(c"FAULT_COUNT").and_then(|file| std::str::from_utf8(file).ok()) {
        // Whoever reads it fails when it is not there.
        let _ = std::fs::write(file, SEEN.load(Ordering::SeqCst).to_string());
    }
}

/// Counts a call; gives the error by which it is to fail. A process that is killed here never makes
/// the call.
fn fault(kind: u8, path: &[u8]) -> Option<c_int> {
    let plan = plan()?;
    let is_below = path.strip_prefix(plan.folder.as_slice()).is_some_and(|r| r.starts_with(b"/"));
    if !is_below || !plan.calls.contains(&kind) {
        return None;
    }
    let number = SEEN.fetch_add(1, Ordering::SeqCst) + 1;
    if plan.at == 0 || number < plan.at || number > plan.last {
        return None;
    }
    match plan.does {
        Does::Fail(error) => Some(error),
        Does::Signal(signal) => {
            // SAFETY: to this process.
            unsafe { libc::kill(libc::getpid(), signal) };
            if signal == libc::SIGKILL {
                loop {
                    // SAFETY: waits for it.
                    unsafe { libc::pause() };
                }
            }
            None
        }
    }
}

/// A failure as the C library reports it.
fn failed(error: c_int) -> c_int {
    // SAFETY: the place of this thread's error.
    unsafe { *libc::__errno_location() = error };
    -1
}

fn of_path(kind: u8, path: *const c_char) -> Option<c_int> {
    // SAFETY: callers pass what the program passed as a path.
    let path = unsafe { CStr::from_ptr(path) }.to_bytes();
    fault(kind, path)
}

fn of_handle(kind: u8, handle: c_int) -> Option<c_int> {
    plan()?;
    let mut link = [0_u8; 64];
    let mut path = [0_u8; PATH_BYTES];
    let digits = decimal(handle)?;
    let start = b"/proc/self/fd/";
    link[..start.len()].copy_from_slice(start);
    link[start.len()..start.len() + digits.1].copy_from_slice(&digits.0[..digits.1]);
    // SAFETY: `link` ends with NUL, `path` has the length that is told.
    let length =
        unsafe { libc::readlink(link.as_ptr().cast(), path.as_mut_ptr().cast(), PATH_BYTES) };
    let length = usize::try_from(length).ok()?;
    fault(kind, &path[..length])
}

/// Digits without an allocation, which may call the system itself.
fn decimal(value: c_int) -> Option<([u8; 12], usize)> {
    let mut rest = u32::try_from(value).ok()?;
    let mut reversed = [0_u8; 12];
    let mut length = 0;
    loop {
        reversed[length] = b'0' + (rest % 10) as u8;
        length += 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let mut digits = [0_u8; 12];
    for at in 0..length {
        digits[at] = reversed[length - 1 - at];
    }
    Some((digits, length))
}

/// The function of that name behind this one.
fn next(cache: &AtomicPtr<c_void>, name: &CStr) -> *mut c_void {
    let known = cache.load(Ordering::Relaxed);
    if !known.is_null() {
        return known;
    }
    // SAFETY: `name` ends with NUL.
    let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    cache.store(found, Ordering::Relaxed);
    found
}

/// Defines functions of the C library that fail as planned and else do what they do.
macro_rules! stand_between {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty = $fault:expr;)*) => {$(
        /// As the C library's function of that name.
        ///
        /// # Safety
        /// As for that.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            static NEXT: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
            if let Some(error) = $fault {
                return failed(error) as $result;
            }
            let found = next(&NEXT, unsafe {
                // SAFETY: the text ends with NUL.
                CStr::from_bytes_with_nul_unchecked(concat!(stringify!($name), "\0").as_bytes())
            });
            // SAFETY: the function of that name has this type.
            let call: unsafe extern "C" fn($($type),*) -> $result = unsafe { transmute(found) };
            // SAFETY: with what the program passed.
            unsafe { call($($argument),*) }
        }
    )*};
}

stand_between! {
    fn write(handle: c_int, data: *const c_void, size: size_t) -> ssize_t = of_handle(b'w', handle);
    fn pwrite64(handle: c_int, data: *const c_void, size: size_t, at: off64_t) -> ssize_t = of_handle(b'w', handle);
    fn writev(handle: c_int, parts: *const libc::iovec, count: c_int) -> ssize_t = of_handle(b'w', handle);
    fn fsync(handle: c_int) -> c_int = of_handle(b's', handle);
    fn fdatasync(handle: c_int) -> c_int = of_handle(b's', handle);
    fn rename(from: *const c_char, to: *const c_char) -> c_int = of_path(b'r', to);
    fn unlink(path: *const c_char) -> c_int = of_path(b'u', path);
    fn ftruncate64(handle: c_int, size: off64_t) -> c_int = of_handle(b't', handle);
    fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int = of_path(b'o', path);
    fn read(handle: c_int, data: *mut c_void, size: size_t) -> ssize_t = of_handle(b'p', handle);
}
