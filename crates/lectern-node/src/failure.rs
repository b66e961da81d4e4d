//! Errors as records.

use std::error::Error as _;

use lectern_core::{Error, ErrorClass};
use napi_derive::napi;

/// Why a call failed. Told from a value by its `failure` field.
#[napi(object)]
pub struct BindingFailure {
    /// Always true.
    pub failure: bool,
    /// Stable code, such as `NOT_FOUND`.
    pub code: String,
    /// `caller`, `busy`, `storage` or `bug`.
    pub class: String,
    /// Lower case, without machine paths.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Names near one that was not found.
    pub nearest: Option<Vec<String>>,
    /// Name of the root that cannot be used.
    pub root: Option<String>,
    /// Messages of the errors behind it, outermost first; may hold machine paths, for logs only.
    pub causes: Vec<String>,
}

impl From<Error> for BindingFailure {
    fn from(error: Error) -> Self {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Self {
            failure: true,
            code: error.code().to_owned(),
            class: error.class().as_str().to_owned(),
            message: error.to_string(),
            hint: error.hint(),
            nearest: match &error {
                Error::NotFound { nearest, .. } => Some(nearest.clone()),
                _ => None,
            },
            root: match error {
                Error::RootUnusable { name, .. } => Some(name),
                _ => None,
            },
            causes,
        }
    }
}

impl BindingFailure {
    /// A panic, as the failure of one call.
    pub(crate) fn panicked(message: String) -> Self {
        Self {
            failure: true,
            code: "INTERNAL".to_owned(),
            class: ErrorClass::Bug.as_str().to_owned(),
            message: "internal error: the call panicked".to_owned(),
            hint: Some("this is a bug in lectern; the next call starts from disk".to_owned()),
            nearest: None,
            root: None,
            causes: vec![message],
        }
    }
}
