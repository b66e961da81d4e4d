//! Row 25: the machine dies, and what was not synced is gone, in part or altogether.
//!
//! A sync is logged call by call. For a death after each of them the folder is rebuilt as a disk may
//! have kept it: contents up to their last sync, or any part of what was written since; names up to
//! the last sync of the folder, or with any of the changes since. That is more than journaling file
//! systems lose.
//!
//! `LECTERN_FAULTS=all` tries every call; without it an even sample of them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::fault_library;
use common::scenario::{Scenario, points, scenarios};

/// One call that changed something.
struct Call {
    kind: u8,
    path: PathBuf,
    second: PathBuf,
    data: Vec<u8>,
}

fn logged(scenario: &Scenario) -> Vec<Call> {
    let place = &scenario.place;
    place.copy("before", "tried");
    let log = place.index("log");
    let _ = fs::remove_file(&log);
    let status = Command::new(env!("CARGO_BIN_EXE_engine-once"))
        .args([place.root(), place.index("tried")])
        .arg(if scenario.compact { "compact" } else { "sync" })
        .env("LD_PRELOAD", fault_library())
        .env("FAULT_FOLDER", place.index("tried").canonicalize().unwrap())
        .env("FAULT_LOG", &log)
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let bytes = fs::read(log).unwrap();
    let mut rest = bytes.as_slice();
    let mut calls = Vec::new();
    while let Some((kind, after)) = rest.split_first() {
        rest = after;
        let mut part = || {
            let (length, after) = rest.split_at(4);
            let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
            let (part, after) = after.split_at(length);
            rest = after;
            part.to_vec()
        };
        let path = |bytes: Vec<u8>| PathBuf::from(String::from_utf8(bytes).unwrap());
        let (first, second) = (path(part()), path(part()));
        calls.push(Call { kind: *kind, path: first, second, data: part() });
    }
    calls
}

/// What a file holds, and what of it was synced.
#[derive(Clone, Default)]
struct Content {
    written: Vec<u8>,
    synced: Vec<u8>,
}

/// A change of names that was not synced yet.
#[derive(Clone)]
enum Change {
    Link(PathBuf, usize),
    Move(PathBuf, PathBuf),
    Remove(PathBuf),
}

/// A disk with what it has for sure and what only its cache has.
#[derive(Default)]
struct Disk {
    contents: Vec<Content>,
    /// As programs see them.
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    changes: Vec<Change>,
}

impl Disk {
    /// All that lies in a folder, synced.
    fn of(folder: &Path) -> Self {
        let mut disk = Self::default();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let written = fs::read(&path).unwrap();
                disk.synced_names.insert(path.clone(), disk.contents.len());
                disk.contents.push(Content { synced: written.clone(), written });
            }
        }
        disk.names = disk.synced_names.clone();
        disk
    }

    fn apply(&mut self, call: &Call) {
        match call.kind {
            b'c' if !self.names.contains_key(&call.path) => {
                self.names.insert(call.path.clone(), self.contents.len());
                self.changes.push(Change::Link(call.path.clone(), self.contents.len()));
                self.contents.push(Content::default());
            }
            b'c' => {}
            b'w' => self.contents[self.names[&call.path]].written.extend(&call.data),
            b's' => match self.names.get(&call.path) {
                Some(file) => {
                    let content = &mut self.contents[*file];
                    content.synced.clone_from(&content.written);
                }
                None => {
                    for change in std::mem::take(&mut self.changes) {
                        take(&mut self.synced_names, change);
                    }
                }
            },
            b'r' => {
                let file = self.names.remove(&call.path).unwrap();
                self.names.insert(call.second.clone(), file);
                self.changes.push(Change::Move(call.path.clone(), call.second.clone()));
            }
            b'u' => {
                self.names.remove(&call.path);
                self.changes.push(Change::Remove(call.path.clone()));
            }
            other => panic!("a call of kind {}", char::from(other)),
        }
    }

    /// Makes the folder what the disk may hold after its power went.
    fn lose_power(&self, folder: &Path, mut chance: Chance) {
        let mut names = self.synced_names.clone();
        for change in self.changes.iter().filter(|_| chance.is_kept()) {
            take(&mut names, change.clone());
        }
        fs::remove_dir_all(folder).unwrap();
        fs::create_dir_all(folder).unwrap();
        for (path, file) in names {
            let Content { written, synced } = &self.contents[file];
            let kept = if written == synced || !chance.is_kept() {
                synced
            } else {
                &written[..chance.below(written.len() + 1)]
            };
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, kept).unwrap();
        }
    }
}

fn take(names: &mut BTreeMap<PathBuf, usize>, change: Change) {
    match change {
        Change::Link(path, file) => {
            names.insert(path, file);
        }
        Change::Move(from, to) => {
            // What was linked under a name that never came to the disk cannot be moved.
            if let Some(file) = names.remove(&from) {
                names.insert(to, file);
            }
        }
        Change::Remove(path) => {
            names.remove(&path);
        }
    }
}

/// What of the unsynced is kept: nothing, all, or each by a throw that is the same in every run.
#[derive(Clone, Copy, Debug)]
enum Chance {
    Nothing,
    All,
    Some(u64),
}

impl Chance {
    fn is_kept(&mut self) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Some(_) => self.below(2) == 1,
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        match self {
            Self::Nothing => 0,
            Self::All => bound - 1,
            // Knuth's multiplier and increment for 64 bits.
            Self::Some(state) => {
                *state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (*state >> 33) as usize % bound
            }
        }
    }
}

#[test]
fn row_25_a_machine_that_dies_at_any_call_leaves_the_last_commit_or_the_new_one() {
    let mut deaths = 0;
    for scenario in scenarios() {
        let calls = logged(&scenario);
        assert!(
            calls.iter().any(|call| call.kind == b's') && calls.len() > 20,
            "nothing was logged"
        );
        let place = &scenario.place;
        for at in points(calls.len()) {
            place.copy("before", "tried");
            let folder = place.index("tried").canonicalize().unwrap();
            let mut disk = Disk::of(&folder);
            for call in &calls[..at] {
                disk.apply(call);
            }
            for chance in
                [Chance::Nothing, Chance::All, Chance::Some(at as u64), Chance::Some(!at as u64)]
            {
                disk.lose_power(&folder, chance);
                scenario.check(&format!("power lost after call {at}: {chance:?}"));
                deaths += 1;
            }
        }
    }
    println!("{deaths} deaths");
    assert!(deaths > 200, "only {deaths} deaths");
}
