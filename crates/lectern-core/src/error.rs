//! The one error type of the core.

use std::io;

use tantivy::TantivyError;

/// Shorthand for the core's results.
pub type Result<T> = std::result::Result<T, Error>;

/// Who can do something about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The call was wrong; another call may be right.
    Caller,
    /// The same call may succeed later.
    Busy,
    /// Disk, permission or index state.
    Storage,
    /// A bug of ours.
    Bug,
}

impl ErrorClass {
    /// Spelling shared with the other language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Busy => "busy",
            Self::Storage => "storage",
            Self::Bug => "bug",
        }
    }
}

/// What went wrong. The message of each variant is fit for a model to read and to act on: lower
/// case, no machine path, no document text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument is out of its range or form.
    #[error("{message}")]
    InvalidArgument {
        /// What is wrong, with the valid range or form.
        message: String,
    },
    /// No page, section, line or folder by that name that the caller may see.
    #[error("{message}")]
    NotFound {
        /// What was looked for.
        message: String,
        /// The nearest names there are, best first; may be empty.
        nearest: Vec<String>,
    },
    /// An input is larger than the core accepts.
    #[error("{what} has {size} bytes; the limit is {limit}")]
    LimitExceeded {
        /// What was too large.
        what: &'static str,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A root cannot be used.
    #[error("root {name:?} {problem}")]
    RootUnusable {
        /// The root's name, not its path.
        name: String,
        /// `does not exist`, `is not a folder`, `cannot be read: permission denied` ...
        problem: String,
    },
    /// Nothing has been indexed yet.
    #[error("the index has not been built yet")]
    IndexNotReady,
    /// Another process kept the index locked for writing.
    #[error("another process is writing the index")]
    IndexBusy,
    /// The index is damaged; a rebuild from the files heals it.
    #[error("the index is damaged: {message}")]
    IndexCorrupt {
        /// What was found.
        message: String,
    },
    /// Reading or writing failed.
    #[error("{action} failed: {}", kind_of(source))]
    Io {
        /// What was being done.
        action: &'static str,
        /// The operating system's error; its text may hold a path, so it is not in the message.
        source: io::Error,
    },
    /// The caller asked to stop.
    #[error("the call was cancelled")]
    Cancelled,
    /// The engine was closed.
    #[error("the engine is closed")]
    Closed,
    /// A bug.
    #[error("internal error: {message}")]
    Internal {
        /// For the log.
        message: String,
    },
}

impl Error {
    /// Stable code, spelled alike in both languages.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidArgument { .. } | Self::RootUnusable { .. } => "INVALID_ARGUMENT",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::LimitExceeded { .. } => "LIMIT_EXCEEDED",
            Self::IndexNotReady => "INDEX_NOT_READY",
            Self::IndexBusy => "INDEX_BUSY",
            Self::IndexCorrupt { .. } => "INDEX_CORRUPT",
            Self::Io { .. } => "IO",
            Self::Cancelled => "CANCELLED",
            Self::Closed => "CLOSED",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    /// Who can do something about it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::InvalidArgument { .. }
            | Self::NotFound { .. }
            | Self::LimitExceeded { .. }
            | Self::RootUnusable { .. }
            | Self::Cancelled
            | Self::Closed => ErrorClass::Caller,
            Self::IndexNotReady | Self::IndexBusy => ErrorClass::Busy,
            Self::IndexCorrupt { .. } | Self::Io { .. } => ErrorClass::Storage,
            Self::Internal { .. } => ErrorClass::Bug,
        }
    }

    /// The next step, where there is one worth saying.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { nearest, .. } if !nearest.is_empty() => {
                Some(format!("nearest: {}", nearest.join(", ")))
            }
            Self::IndexNotReady => Some("try again in a moment, or run `lectern index`".to_owned()),
            Self::IndexBusy => Some("try again in a moment".to_owned()),
            Self::IndexCorrupt { .. } => {
                Some("run `lectern index`: it rebuilds the index from the files".to_owned())
            }
            _ => None,
        }
    }

    pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidArgument { message: message.into() }
    }
}

fn kind_of(error: &io::Error) -> String {
    error.kind().to_string()
}

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        use tantivy::directory::error::{LockError, OpenReadError, OpenWriteError};
        match error {
            TantivyError::LockFailure(LockError::IoError(source), _) => {
                Self::Io { action: "taking the writer's turn", source: shared(&source) }
            }
            TantivyError::LockFailure(..) => Self::IndexBusy,
            TantivyError::IoError(source)
            | TantivyError::OpenReadError(OpenReadError::IoError { io_error: source, .. })
                if is_damage(&source) =>
            {
                Self::IndexCorrupt {
                    message: "a file's content is not what was written".to_owned(),
                }
            }
            TantivyError::IoError(source) => {
                Self::Io { action: "index access", source: shared(&source) }
            }
            TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. }) => {
                Self::Io { action: "opening an index file", source: shared(&io_error) }
            }
            TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. }) => {
                Self::Io { action: "writing an index file", source: shared(&io_error) }
            }
            TantivyError::OpenReadError(_)
            | TantivyError::DataCorruption(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::SchemaError(_)
            | TantivyError::DeserializeError(_) => {
                Self::IndexCorrupt { message: kind_name(&error) }
            }
            // Nearly always of an I/O error that it does not pass on.
            TantivyError::ErrorInThread(_) => {
                Self::Io { action: "writing the index", source: io::ErrorKind::Other.into() }
            }
            // It may be one in words.
            other => match os_error_in(&other.to_string()) {
                Some(source) => Self::Io { action: "writing the index", source },
                None => Self::Internal { message: other.to_string() },
            },
        }
    }
}

/// The error of the operating system that a text names, as `io::Error` is displayed.
fn os_error_in(text: &str) -> Option<io::Error> {
    let (_, rest) = text.split_once("(os error ")?;
    let number = rest.split_once(')')?.0.parse().ok()?;
    Some(io::Error::from_raw_os_error(number))
}

/// Names the damage without the path that tantivy's own text holds.
fn kind_name(error: &TantivyError) -> String {
    match error {
        TantivyError::OpenReadError(_) => "a file is missing or of another version",
        TantivyError::DataCorruption(_) => "a file's content is not what was written",
        TantivyError::IncompatibleIndex(_) => "it was written by an incompatible version",
        TantivyError::SchemaError(_) => "its fields are not ours",
        _ => "a stored record cannot be read",
    }
    .to_owned()
}

/// What tantivy says of bytes that make no sense, and no operating system of reading.
fn is_damage(error: &io::Error) -> bool {
    error.raw_os_error().is_none()
        && matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

/// An error that tantivy shares, as one of our own.
pub(crate) fn shared(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}
