//! Node-API binding of `lectern-core`: `Binding*` records, a guard around every call, nothing else.
//!
//! Every call resolves with either its value or a `BindingFailure`; nothing rejects and
//! nothing throws, so that codes survive the boundary. The package `@lectern/native` turns failures
//! into thrown `LecternError`s.

#![expect(unreachable_pub, reason = "the readers of this crate's items are in JavaScript")]

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod allocator;
mod catalog_records;
mod engine;
mod failure;
mod guard;
mod records;
mod search_records;
mod task;

/// Hash of the sources this addon was built from; `unknown` for a build outside the npm package.
#[napi_derive::napi]
#[must_use]
pub fn source_hash() -> String {
    env!("LECTERN_SOURCE_HASH").to_owned()
}
