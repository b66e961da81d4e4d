//! A sync that is killed, or whose calls to the system fail, at every one of them.
//!
//! `LECTERN_FAULTS=all` tries every call; without it an even sample of them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use common::{Pages, Place, answers, difference, edited, fault_library, leftovers, pages, sync};
use lectern_core::CancelToken;

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const SIGKILL: i32 = 9;
/// Calls that are tried of a run when not all are.
const SAMPLE: usize = 25;

struct Fault<'a> {
    at: usize,
    last: &'a str,
    does: String,
}

fn run(place: &Place, index: &str, compact: bool, fault: Option<&Fault<'_>>) -> (Output, usize) {
    let count = place.index("count");
    let _ = std::fs::remove_file(&count);
    let mut child = Command::new(env!("CARGO_BIN_EXE_engine-once"));
    child.arg(place.root()).arg(place.index(index));
    child.arg(if compact { "compact" } else { "sync" });
    child
        .env("LD_PRELOAD", fault_library())
        .env("FAULT_FOLDER", place.index(index).canonicalize().unwrap_or(place.index(index)))
        .env("FAULT_COUNT", &count);
    if let Some(fault) = fault {
        child.env("FAULT_AT", fault.at.to_string()).env("FAULT_DOES", &fault.does);
        if !fault.last.is_empty() {
            child.env("FAULT_LAST", fault.last);
        }
    }
    let output = child.output().unwrap();
    let calls = std::fs::read_to_string(&count).ok().and_then(|text| text.parse().ok());
    (output, calls.unwrap_or(0))
}

/// Which calls of so many are tried.
fn points(calls: usize) -> Vec<usize> {
    let tries_all = std::env::var_os("LECTERN_FAULTS").is_some_and(|value| value == "all");
    let step = if tries_all { 1 } else { (calls / SAMPLE).max(1) };
    (1..=calls).step_by(step).collect()
}

/// An index of one state of pages that are now in another.
struct Scenario {
    name: &'static str,
    before: Pages,
    after: Pages,
    compact: bool,
    place: Place,
    fresh: Vec<Vec<(String, String, String)>>,
}

impl Scenario {
    fn new(name: &'static str, before: Pages, after: Pages, compact: bool) -> Self {
        let place = Place::new();
        if before.is_empty() {
            std::fs::create_dir_all(place.index("before")).unwrap();
        } else {
            // In several commits, so that there are segments to merge and deletions to write.
            let engine = place.open("before").unwrap();
            for part in 1..=4 {
                let count = before.len() * part / 4;
                let part = before.iter().take(count).map(|(p, t)| (p.clone(), t.clone()));
                place.write(&part.collect());
                sync(&engine);
            }
        }
        place.write(&after);
        let engine = place.open("fresh").unwrap();
        sync(&engine);
        let fresh = answers(&engine);
        Self { name, before, after, compact, place, fresh }
    }

    /// The index is of the state before or of the one after, and the next sync makes it whole.
    fn check(&self, what: &str) {
        let context = format!("{}, {what}", self.name);
        let engine = self.place.open("tried").unwrap_or_else(|error| panic!("{context}: {error}"));
        let files = self.place.files_of("tried");
        let copies = std::fs::read_dir(files.parent().unwrap()).unwrap().count();
        assert_eq!(copies, 1, "{context}: taken for damaged");
        let stats = engine.stats().unwrap();
        let found = if stats.generation == 0 {
            assert!(self.before.is_empty(), "{context}: the last commit is gone");
            None
        } else {
            Some(engine.verify(&CancelToken::new()).unwrap())
        };
        if let Some(found) = found {
            let old = difference(&self.before, &self.after);
            let new = difference(&self.after, &self.after);
            assert!(found == old || found == new, "{context}: neither state: {found:?}");
        }
        sync(&engine);
        let found = engine.verify(&CancelToken::new()).unwrap();
        assert_eq!(found, difference(&self.after, &self.after), "{context}: after a sync");
        assert_eq!(answers(&engine), self.fresh, "{context}: answers differ from a fresh index's");
        // What was left behind goes with the next turn of a writer.
        let left = leftovers(&files);
        self.place.write(&self.after.clone().into_iter().chain([extra_page()]).collect());
        sync(&engine);
        let still: Vec<String> =
            left.into_iter().filter(|name| files.join(name).exists()).collect();
        assert_eq!(still, Vec::<String>::new(), "{context}");
        self.place.write(&self.after);
    }

    fn calls(&self) -> usize {
        self.place.copy("before", "tried");
        let (output, calls) = run(&self.place, "tried", self.compact, None);
        assert!(output.status.success(), "{output:?}");
        assert!(calls > 20, "{}: {calls} calls were seen", self.name);
        self.check("with no fault");
        calls
    }

    fn kill_everywhere(&self) -> usize {
        let mut killed = 0;
        for at in points(self.calls()) {
            self.place.copy("before", "tried");
            let fault = Fault { at, last: "", does: "kill".to_owned() };
            let (output, _) = run(&self.place, "tried", self.compact, Some(&fault));
            // The number of calls differs a little from run to run.
            if output.status.signal() == Some(SIGKILL) {
                killed += 1;
            } else {
                assert!(output.status.success(), "{output:?}");
            }
            self.check(&format!("killed at call {at}"));
        }
        println!("{}: killed at {killed} calls", self.name);
        killed
    }

    fn fail_everywhere(&self, error: i32, last: &str) -> usize {
        let mut failed = 0;
        for at in points(self.calls()) {
            self.place.copy("before", "tried");
            let fault = Fault { at, last, does: error.to_string() };
            let (output, _) = run(&self.place, "tried", self.compact, Some(&fault));
            let says = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.signal().is_none(), "{}: {output:?}", self.name);
            if !output.status.success() {
                assert!(says.starts_with("IO "), "{}, call {at}: {output:?}", self.name);
                failed += 1;
            }
            self.check(&format!("error {error} at call {at} to {last:?}"));
        }
        println!("{}: error {error} at {failed} calls, to {last:?}", self.name);
        failed
    }
}

fn extra_page() -> (String, String) {
    ("extra.md".to_owned(), "# Extra\n".to_owned())
}

fn scenarios() -> [Scenario; 3] {
    let before = pages(24);
    let after = edited(&before);
    [
        Scenario::new("first index", Pages::new(), before.clone(), false),
        Scenario::new("update", before.clone(), after.clone(), false),
        Scenario::new("update and merge", before, after, true),
    ]
}

#[test]
fn rows_1_2_3_a_sync_killed_at_any_call_leaves_the_last_commit_or_the_new_one() {
    let killed: usize = scenarios().iter().map(Scenario::kill_everywhere).sum();
    println!("{killed} kill points");
    let least = if std::env::var_os("LECTERN_FAULTS").is_some() { 200 } else { 40 };
    assert!(killed >= least, "only {killed} kill points");
}

#[test]
fn rows_7_12_a_sync_whose_calls_fail_tells_it_and_loses_nothing() {
    let mut failed = 0;
    for scenario in scenarios() {
        failed += scenario.fail_everywhere(EIO, "");
        failed += scenario.fail_everywhere(ENOSPC, "all");
    }
    assert!(failed > 40, "only {failed} failures were told");
}
