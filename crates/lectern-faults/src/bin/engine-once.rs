//! `engine-once ROOT INDEX_FOLDER CALL`: one call of an engine in a process that may be killed or
//! denied something. Prints what came of it, or the code and message of an error.
//!
//! | call | prints |
//! | --- | --- |
//! | `sync` | counts of pages in the index, added, changed and removed |
//! | `reread` | the same, of a sync that reads every file |
//! | `compact` | the same, after a sync, and the index is one segment |
//! | `lead` | what trying to lead came to |
//! | any other | the paths of the pages that answer that query |
#![allow(clippy::print_stdout, reason = "a command for tests")]

use std::process::ExitCode;

use lectern_core::{CancelToken, Engine, Error, OpenOptions, SearchRequest, SyncScope};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [root, index, call] = args.as_slice() else {
        println!("usage: engine-once ROOT INDEX_FOLDER CALL");
        return ExitCode::from(2);
    };
    match outcome(root, index, call) {
        Ok(says) => {
            println!("{says}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{} {error}", error.code());
            ExitCode::FAILURE
        }
    }
}

fn outcome(root: &str, index: &str, call: &str) -> Result<String, Error> {
    let mut options = OpenOptions::new([root]);
    options.index_dir = Some(index.into());
    let engine = Engine::open(options)?;
    let cancel = CancelToken::new();
    match call {
        "sync" | "reread" | "compact" => {
            let scope = SyncScope { paths: Vec::new(), rereads: call == "reread" };
            let report = engine.sync(&scope, &|_| {}, &cancel)?;
            if call == "compact" {
                engine.compact(&cancel)?;
            }
            let counts = [report.pages as usize, report.added, report.changed, report.removed];
            Ok(counts.map(|count| count.to_string()).join(" "))
        }
        "lead" => Ok(format!("{:?}", engine.lead("one call")?)),
        query => {
            let answer = engine.search(&SearchRequest::new(query, 5), &cancel)?;
            let paths = answer.hits.into_iter().map(|hit| hit.path);
            Ok(paths.collect::<Vec<_>>().join(" "))
        }
    }
}
