//! Links against Node and passes on the hash of the sources that the build script of the npm
//! package computes, so that a stale addon can be told from a fresh one.

fn main() {
    println!("cargo::rerun-if-env-changed=LECTERN_SOURCE_HASH");
    let hash = std::env::var("LECTERN_SOURCE_HASH").unwrap_or_else(|_| "unknown".to_owned());
    println!("cargo::rustc-env=LECTERN_SOURCE_HASH={hash}");
    napi_build::setup();
}
