//! `sync-once ROOT INDEX_FOLDER [compact]`: brings an index up to its files once, as `lectern index`
//! does, in a process that may be killed. Prints the code of an error.
#![allow(clippy::print_stdout, reason = "a command for tests")]

use std::process::ExitCode;

use lectern_core::{CancelToken, Engine, Error, OpenOptions, SyncScope};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [root, index] => outcome(sync(root, index, false)),
        [root, index, "compact"] => outcome(sync(root, index, true)),
        _ => {
            println!("usage: sync-once ROOT INDEX_FOLDER [compact]");
            ExitCode::from(2)
        }
    }
}

fn sync(root: &str, index: &str, is_to_compact: bool) -> Result<(), Error> {
    let mut options = OpenOptions::new([root]);
    options.index_dir = Some(index.into());
    let engine = Engine::open(options)?;
    let cancel = CancelToken::new();
    engine.sync(&SyncScope::default(), &|_| {}, &cancel)?;
    if is_to_compact {
        engine.compact(&cancel)?;
    }
    Ok(())
}

fn outcome(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{} {error}", error.code());
            ExitCode::FAILURE
        }
    }
}
