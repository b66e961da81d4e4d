//! A sync that is killed, or whose calls to the system fail, at every one of them.
//!
//! `LECTERN_FAULTS=all` tries every call; without it an even sample of them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use common::scenario::{Scenario, points, scenarios};
use common::{Place, fault_library};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const SIGKILL: i32 = 9;

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

fn calls(scenario: &Scenario) -> usize {
    scenario.place.copy("before", "tried");
    let (output, calls) = run(&scenario.place, "tried", scenario.compact, None);
    assert!(output.status.success(), "{output:?}");
    assert!(calls > 20, "{}: {calls} calls were seen", scenario.name);
    scenario.check("with no fault");
    calls
}

fn kill_everywhere(scenario: &Scenario) -> usize {
    let mut killed = 0;
    for at in points(calls(scenario)) {
        scenario.place.copy("before", "tried");
        let fault = Fault { at, last: "", does: "kill".to_owned() };
        let (output, _) = run(&scenario.place, "tried", scenario.compact, Some(&fault));
        // The number of calls differs a little from run to run.
        if output.status.signal() == Some(SIGKILL) {
            killed += 1;
        } else {
            assert!(output.status.success(), "{output:?}");
        }
        scenario.check(&format!("killed at call {at}"));
    }
    println!("{}: killed at {killed} calls", scenario.name);
    killed
}

fn fail_everywhere(scenario: &Scenario, error: i32, last: &str) -> usize {
    let mut failed = 0;
    for at in points(calls(scenario)) {
        scenario.place.copy("before", "tried");
        let fault = Fault { at, last, does: error.to_string() };
        let (output, _) = run(&scenario.place, "tried", scenario.compact, Some(&fault));
        let says = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.signal().is_none(), "{}: {output:?}", scenario.name);
        if !output.status.success() {
            assert!(says.starts_with("IO "), "{}, call {at}: {output:?}", scenario.name);
            failed += 1;
        }
        scenario.check(&format!("error {error} at call {at} to {last:?}"));
    }
    println!("{}: error {error} at {failed} calls, to {last:?}", scenario.name);
    failed
}

#[test]
fn rows_1_2_3_a_sync_killed_at_any_call_leaves_the_last_commit_or_the_new_one() {
    let killed: usize = scenarios().iter().map(kill_everywhere).sum();
    println!("{killed} kill points");
    let least = if std::env::var_os("LECTERN_FAULTS").is_some() { 200 } else { 40 };
    assert!(killed >= least, "only {killed} kill points");
}

#[test]
fn rows_7_12_a_sync_whose_calls_fail_tells_it_and_loses_nothing() {
    let mut failed = 0;
    for scenario in scenarios() {
        failed += fail_everywhere(&scenario, EIO, "");
        failed += fail_everywhere(&scenario, ENOSPC, "all");
    }
    assert!(failed > 40, "only {failed} failures were told");
}
