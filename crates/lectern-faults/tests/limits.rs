//! Engines that are denied something: handles, rights, room, the writer's turn.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use common::{Place, answers, pages, skipped, sync};
use lectern_core::{CancelToken, Lead};

const PROGRAM: &str = env!("CARGO_BIN_EXE_engine-once");

/// Runs a shell script in which `$0 $1 $2` is the program with root and index folder.
fn shell(place: &Place, index: &str, script: &str) -> (bool, String) {
    let output = Command::new("sh")
        .args(["-c", script, PROGRAM])
        .args([place.root(), place.index(index)])
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn row_13_a_process_out_of_handles_fails_its_call_and_loses_no_page() {
    let place = Place::new();
    place.write(&pages(24));
    sync(&place.open("index").unwrap());
    let (mut failed, mut succeeded) = (0, 0);
    for handles in 3..24 {
        let script = format!("ulimit -n {handles}; exec \"$0\" \"$1\" \"$2\" reread");
        let (is_success, says) = shell(&place, "index", &script);
        if is_success {
            assert_eq!(says, "24 0 0 0", "{handles} handles");
            succeeded += 1;
        } else {
            failed += 1;
        }
        let engine = place.open("index").unwrap();
        assert_eq!(engine.stats().unwrap().pages, 24, "{handles} handles: {says}");
    }
    assert!(failed > 3 && succeeded > 3, "{failed} failed, {succeeded} succeeded");
}

/// How to run a program as a user that rights bind, which root is not; `None` where that cannot be.
fn as_other() -> Option<&'static str> {
    let own = fs::metadata("/proc/self").unwrap();
    if std::os::unix::fs::MetadataExt::uid(&own) != 0 {
        return Some("");
    }
    let is_there = Command::new("setpriv").arg("--version").output().is_ok();
    is_there.then_some("setpriv --reuid=65534 --regid=65534 --clear-groups ")
}

#[test]
fn rows_9_10_an_index_folder_that_cannot_be_written_serves_what_it_holds() {
    let place = Place::new();
    place.write(&pages(24));
    sync(&place.open("index").unwrap());
    fs::set_permissions(place.root().parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    let Some(as_other) = as_other() else {
        return skipped("setpriv is not installed and this is root");
    };
    let modes = |mode: &str| shell(&place, "index", &format!("chmod -R {mode} \"$2\"")).0;
    assert!(modes("u=rX,go=rX"));
    // Its own folder keeps others out.
    let call =
        |call: &str| shell(&place, "index", &format!("exec {as_other}\"$0\" \"$1\" \"$2\" {call}"));
    assert_eq!(call("sync"), (true, "24 0 0 0".to_owned()));
    assert_eq!(call("lead"), (true, "ReadOnly".to_owned()));
    let (_, found) = call("kafka");
    assert!(found.contains(".md"), "{found}");
    fs::write(place.root().join("new.md"), "# New kafka kafka\n").unwrap();
    let (is_success, says) = call("sync");
    assert!(!is_success && says.starts_with("IO taking the writer's turn failed"), "{says}");
    assert_eq!(call("kafka").1, found);
    // Where there is no index and none can be made, it says so.
    let (is_success, says) =
        shell(&place, "index/none", &format!("exec {as_other}\"$0\" \"$1\" \"$2\" sync"));
    assert!(!is_success && says.starts_with("IO creating the index folder failed"), "{says}");
    assert!(modes("u=rwX"));
}

#[test]
fn rows_7_9_a_full_and_a_read_only_file_system_fail_a_sync_and_no_search() {
    let place = Place::new();
    place.write(&pages(24));
    fs::create_dir(place.index("mount")).unwrap();
    let script = r#"
        set -e
        mount -t tmpfs -o size=300k tmpfs "$2"
        "$0" "$1" "$2" sync
        i=0; while [ $i -lt 400 ]; do printf '# Page %s\n\n%s\n' $i "$(seq $i $((i + 900)) | tr '\n' ' ')" > "$1/more$i.md"; i=$((i + 1)); done
        "$0" "$1" "$2" sync || true
        "$0" "$1" "$2" broker
        rm "$1"/more*.md
        "$0" "$1" "$2" sync
        mount -o remount,ro "$2"
        "$0" "$1" "$2" broker
        echo '# More' > "$1/more.md"
        "$0" "$1" "$2" sync || true
    "#;
    let script = script.replace('\'', "'\\''");
    let (is_success, says) =
        shell(&place, "mount", &format!("exec unshare -Urm sh -c '{script}' \"$0\" \"$1\" \"$2\""));
    if !is_success && says.is_empty() {
        return skipped("no mounts in a namespace of one's own here");
    }
    let lines: Vec<&str> = says.lines().collect();
    let [first, full, found, after, found_again, read_only] = lines.as_slice() else {
        panic!("{says}");
    };
    assert_eq!(*first, "24 24 0 0");
    assert!(full.starts_with("IO ") && full.contains("space"), "{full}");
    assert_eq!(*after, "24 0 0 0");
    assert!(found.contains(".md") && found == found_again, "{says}");
    assert!(read_only.starts_with("IO "), "{read_only}");
}

fn start(place: &Place, index: &str, call: &str) -> Child {
    Command::new(PROGRAM)
        .args([place.root(), place.index(index)])
        .arg(call)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn row_15_ten_processes_that_start_at_once_on_an_empty_index_all_succeed() {
    let place = Place::new();
    place.write(&pages(24));
    let rounds = if std::env::var_os("LECTERN_FAULTS").is_some() { 100 } else { 5 };
    for round in 0..rounds {
        let index = format!("index{round}");
        let children: Vec<Child> = (0..10).map(|_| start(&place, &index, "sync")).collect();
        let mut added = 0;
        for child in children {
            let output = child.wait_with_output().unwrap();
            let says = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "round {round}: {says}");
            let counts: Vec<usize> = says.split_whitespace().map(|n| n.parse().unwrap()).collect();
            assert_eq!(counts[0], 24, "round {round}: {says}");
            added += counts[1];
        }
        assert_eq!(added, 24, "round {round}: written once");
        let engine = place.open(&index).unwrap();
        assert!(engine.verify(&CancelToken::new()).unwrap().is_clean(), "round {round}");
        fs::remove_dir_all(place.index(&index)).unwrap();
    }
}

#[test]
fn rows_17_18_a_stopped_writer_holds_up_writers_and_no_reader() {
    let place = Place::new();
    place.write(&pages(24));
    let engine = place.open("index").unwrap();
    sync(&engine);
    let fresh = answers(&engine);
    // Stopped at its first write, with the turn taken.
    fs::write(place.root().join("more.md"), "# More\n").unwrap();
    let mut stopped = Command::new(PROGRAM)
        .args([place.root(), place.index("index")])
        .arg("sync")
        .env("LD_PRELOAD", common::fault_library())
        .env("FAULT_FOLDER", place.index("index").canonicalize().unwrap())
        .env("FAULT_AT", "5")
        .env("FAULT_DOES", "stop")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/stat", stopped.id());
    while !fs::read_to_string(&status).unwrap().contains(") T ") {
        std::thread::yield_now();
    }
    let cancel = CancelToken::new();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let progress = |at: lectern_core::SyncProgress| {
                if at.stage == lectern_core::SyncStage::Waiting {
                    cancel.cancel();
                }
            };
            let scope = lectern_core::SyncScope::default();
            engine.sync(&scope, &progress, &cancel).is_err()
        });
        assert!(waiting.join().unwrap(), "a sync waits, and can be given up");
    });
    let other = place.open("index").unwrap();
    assert_eq!(other.stats().unwrap().pages, 24);
    assert_eq!(answers(&other), fresh);
    assert_eq!(other.lead("other").unwrap(), Lead::Leads);
    stopped.kill().unwrap();
    stopped.wait().unwrap();
    sync(&other);
    assert_eq!(other.stats().unwrap().pages, 25);
    assert_eq!(engine.lead("me").unwrap(), Lead::Follows);
}

#[test]
fn row_57_a_page_without_permission_is_skipped_and_comes_back_with_it() {
    let place = Place::new();
    place.write(&pages(24));
    fs::set_permissions(place.root().parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    let Some(as_other) = as_other() else {
        return skipped("setpriv is not installed and this is root");
    };
    fs::create_dir(place.index("index")).unwrap();
    fs::set_permissions(place.index("index"), fs::Permissions::from_mode(0o777)).unwrap();
    let call = |call: &str| {
        shell(&place, "index", &format!("exec {as_other}\"$0\" \"$1\" \"$2\" {call}")).1
    };
    let page = place.root().join("kafka/p0.md");
    let permit = |mode: u32| fs::set_permissions(&page, fs::Permissions::from_mode(mode)).unwrap();
    permit(0o000);
    assert_eq!(call("sync"), "23 23 0 0");
    permit(0o644);
    assert_eq!(call("sync"), "24 1 0 0");
    permit(0o000);
    // Its time is as indexed, so nothing is known of it until somebody reads it.
    assert_eq!(call("reread"), "23 0 0 1");
    assert!(!call("kafka").contains("kafka/p0.md"));
}

#[test]
fn row_11_a_page_that_the_disk_cannot_read_is_left_out_and_told() {
    let place = Place::new();
    place.write(&pages(24));
    sync(&place.open("index").unwrap());
    let call = |call: &str, folder: &std::path::Path| {
        let output = Command::new(PROGRAM)
            .args([place.root(), place.index("index")])
            .arg(call)
            .env("LD_PRELOAD", common::fault_library())
            .env("FAULT_FOLDER", folder.canonicalize().unwrap())
            .env("FAULT_CALLS", "p")
            .env("FAULT_AT", "1")
            .env("FAULT_LAST", "all")
            .env("FAULT_DOES", "5")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    let bad = place.root().join("kafka");
    let (status, found) = call("kafka broker", &bad);
    assert_eq!(status, Some(0), "{found}");
    assert!(!found.is_empty() && !found.contains("kafka/"), "{found}");
    assert_eq!(call("reread", &bad).1, "18 0 0 6");
    // The index itself: told, and nothing is taken for damaged or built anew.
    let (status, says) = call("kafka broker", &place.index("index"));
    assert_eq!(status, Some(1), "{says}");
    assert!(says.starts_with("IO "), "{says}");
    let folders = fs::read_dir(place.files_of("index").parent().unwrap()).unwrap().count();
    assert_eq!(folders, 1);
    assert_eq!(place.open("index").map(|engine| sync_added(&engine)).unwrap(), 6);
}

fn sync_added(engine: &lectern_core::Engine) -> usize {
    engine.sync(&lectern_core::SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap().added
}
