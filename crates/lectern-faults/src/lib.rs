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
//! | `FAULT_LOG` | a file that gets every call that succeeded and changed something, with its kind |
#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "stands between a program and the C library")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::transmute;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

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
    let mut path = [0_u8; PATH_BYTES];
    fault(kind, path_of(handle, &mut path)?)
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

static LOG: OnceLock<Option<Mutex<c_int>>> = OnceLock::new();

/// Appends a call to the log: its kind, then path, second path and data, each behind its length as
/// four bytes, the lowest first. Kinds are `c`reate, `w`rite, `s`ync, `r`ename and `u`nlink.
fn log(kind: u8, path: &[u8], second: &[u8], data: &[u8]) {
    let is_below = |plan: &Plan| path.starts_with(&plan.folder);
    if !plan().is_some_and(is_below) {
        return;
    }
    let open = || {
        let file = variable(c"FAULT_LOG")?;
        let path = [file, b"\0"].concat();
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND;
        // SAFETY: `path` ends with NUL. By number, since the function of that name is ours.
        let handle =
            unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags, 0o600) };
        Some(Mutex::new(handle as c_int))
    };
    let Some(handle) = LOG.get_or_init(open) else { return };
    let mut record = vec![kind];
    for part in [path, second, data] {
        record.extend((part.len() as u32).to_le_bytes());
        record.extend(part);
    }
    let Ok(handle) = handle.lock() else { return };
    // SAFETY: as long as is told. By number, as above.
    unsafe { libc::syscall(libc::SYS_write, *handle, record.as_ptr(), record.len()) };
}

/// The path that a handle was opened by, or was renamed to since.
fn path_of(handle: c_int, path: &mut [u8; PATH_BYTES]) -> Option<&[u8]> {
    let (digits, length) = decimal(handle)?;
    let mut link = [0_u8; 64];
    let start = b"/proc/self/fd/";
    link[..start.len()].copy_from_slice(start);
    link[start.len()..start.len() + length].copy_from_slice(&digits[..length]);
    // SAFETY: `link` ends with NUL, `path` has the length that is told.
    let length =
        unsafe { libc::readlink(link.as_ptr().cast(), path.as_mut_ptr().cast(), PATH_BYTES) };
    path.get(..usize::try_from(length).ok()?)
}

fn log_handle(kind: u8, handle: c_int, data: &[u8]) {
    if variable(c"FAULT_LOG").is_none() {
        return;
    }
    let mut path = [0_u8; PATH_BYTES];
    if let Some(path) = path_of(handle, &mut path) {
        log(kind, path, b"", data);
    }
}

fn log_write(handle: c_int, data: *const c_void, written: ssize_t) {
    if let Ok(length) = usize::try_from(written) {
        // SAFETY: the program passed at least as many bytes as were written.
        log_handle(b'w', handle, unsafe { std::slice::from_raw_parts(data.cast(), length) });
    }
}

fn log_paths(kind: u8, path: *const c_char, second: *const c_char, result: c_int) {
    if result == 0 {
        // SAFETY: what the program passed as paths.
        let [path, second] = unsafe { [CStr::from_ptr(path), CStr::from_ptr(second)] };
        log(kind, path.to_bytes(), second.to_bytes(), b"");
    }
}

fn log_open(path: *const c_char, flags: c_int, handle: c_int) {
    if handle >= 0 && flags & libc::O_CREAT != 0 {
        // SAFETY: what the program passed as a path.
        log(b'c', unsafe { CStr::from_ptr(path) }.to_bytes(), b"", b"");
    }
}

/// Defines functions of the C library that fail as planned, and else do what they do and log it.
macro_rules! stand_between {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty = $fault:expr, $log:expr;)*) => {$(
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
            let result = unsafe { call($($argument),*) };
            let tell: &dyn Fn($result) = &$log;
            tell(result);
            result
        }
    )*};
}

stand_between! {
    fn write(handle: c_int, data: *const c_void, size: size_t) -> ssize_t =
        of_handle(b'w', handle), |written| log_write(handle, data, written);
    fn pwrite64(handle: c_int, data: *const c_void, size: size_t, at: off64_t) -> ssize_t =
        of_handle(b'w', handle), |_| log_handle(b'?', handle, b"");
    fn writev(handle: c_int, parts: *const libc::iovec, count: c_int) -> ssize_t =
        of_handle(b'w', handle), |_| log_handle(b'?', handle, b"");
    fn fsync(handle: c_int) -> c_int =
        of_handle(b's', handle), |result| if result == 0 { log_handle(b's', handle, b"") };
    fn fdatasync(handle: c_int) -> c_int =
        of_handle(b's', handle), |result| if result == 0 { log_handle(b's', handle, b"") };
    fn rename(from: *const c_char, to: *const c_char) -> c_int =
        of_path(b'r', to), |result| log_paths(b'r', from, to, result);
    fn unlink(path: *const c_char) -> c_int =
        of_path(b'u', path), |result| log_paths(b'u', path, path, result);
    fn ftruncate64(handle: c_int, size: off64_t) -> c_int =
        of_handle(b't', handle), |_| log_handle(b'?', handle, b"");
    fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int =
        of_path(b'o', path), |handle| log_open(path, flags, handle);
    fn read(handle: c_int, data: *mut c_void, size: size_t) -> ssize_t =
        of_handle(b'p', handle), |_| ();
}
