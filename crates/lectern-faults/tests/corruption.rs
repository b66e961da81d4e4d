//! Every file of an index cut short, missing, or changed by a bit.
//!
//! `LECTERN_FAULTS=all` changes many bytes of each; without it some.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::path::Path;

use common::{Place, answers, pages, sync};
use lectern_core::{CancelToken, SyncScope};

type Answers = Vec<Vec<(String, String, String)>>;

/// An index of several segments with deletions, and the answers of a fresh one.
fn damaged_place() -> (Place, Answers, Vec<String>) {
    let before = pages(24);
    // So few that their segment is not merged away with them.
    let after = before.iter().skip(3).map(|(path, text)| (path.clone(), text.clone())).collect();
    let place = Place::new();
    place.write(&before);
    let engine = place.open("before").unwrap();
    sync(&engine);
    place.write(&after);
    sync(&engine);
    drop(engine);
    let engine = place.open("fresh").unwrap();
    sync(&engine);
    let fresh = answers(&engine);
    let folder = place.files_of("before");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.split('.').next_back() != Some("lock"))
        .collect();
    names.sort_unstable();
    assert!(names.iter().any(|name| name.split('.').next_back() == Some("del")), "{names:?}");
    (place, fresh, names)
}

/// Ways to damage a file of so many bytes: the length to cut to, or the byte to change.
fn damages(length: usize) -> Vec<Damage> {
    let bytes = if std::env::var_os("LECTERN_FAULTS").is_some() { 64 } else { 8 };
    let mut lengths = vec![0, 1, length / 2, length.saturating_sub(8), length.saturating_sub(1)];
    lengths.retain(|cut| *cut < length);
    lengths.dedup();
    let flips = (0..bytes).map(|n| n * length / bytes).chain([length.saturating_sub(1)]);
    let mut damages: Vec<Damage> = lengths.into_iter().map(Damage::Cut).collect();
    damages.extend(flips.filter(|at| *at < length).map(Damage::Flip));
    damages.push(Damage::Missing);
    damages
}

#[derive(Clone, Copy, Debug)]
enum Damage {
    Cut(usize),
    Flip(usize),
    Missing,
}

impl Damage {
    fn do_to(self, file: &Path) {
        match self {
            Self::Cut(length) => {
                fs::OpenOptions::new()
                    .write(true)
                    .open(file)
                    .unwrap()
                    .set_len(length as u64)
                    .unwrap();
            }
            Self::Flip(at) => {
                let mut content = fs::read(file).unwrap();
                content[at] ^= 0x10;
                fs::write(file, content).unwrap();
            }
            Self::Missing => fs::remove_file(file).unwrap(),
        }
    }
}

#[test]
fn rows_4_5_6_damage_is_found_when_the_index_is_opened_and_healed_from_the_files() {
    let (place, fresh, names) = damaged_place();
    let (mut done, mut healed) = (0, 0);
    for name in &names {
        let length = fs::metadata(place.files_of("before").join(name)).unwrap().len() as usize;
        for damage in damages(length) {
            place.copy("before", "tried");
            let folder = place.files_of("tried");
            damage.do_to(&folder.join(name));
            let context = format!("{damage:?} of {name}");
            let engine = place.open("tried").unwrap_or_else(|error| panic!("{context}: {error}"));
            let scope = SyncScope::default();
            let report = engine.sync(&scope, &|_| {}, &CancelToken::new()).unwrap();
            done += 1;
            let copies = fs::read_dir(folder.parent().unwrap()).unwrap().count() - 1;
            assert_eq!(copies, usize::from(report.healed.is_some()), "{context}");
            healed += copies;
            // Of these the content does not matter: what is not listed is found to be nobody's.
            let matters = name != ".managed.json"
                && !(matches!(damage, Damage::Missing) && name == "meta.json");
            assert!(copies == 1 || !matters, "{context}: not found");
            assert!(engine.verify(&CancelToken::new()).unwrap().is_clean(), "{context}");
            assert_eq!(answers(&engine), fresh, "{context}");
        }
    }
    println!(
        "{done} damages of {} files, {healed} healed by building anew, 0 wrong answers",
        names.len()
    );
    assert!(healed > 60, "only {healed} of {done}");
}

#[test]
fn row_5_damage_under_a_running_engine_is_found_by_a_check_and_healed() {
    let (place, fresh, names) = damaged_place();
    for name in names.iter().filter(|name| *name != ".managed.json") {
        place.copy("before", "tried");
        let engine = place.open("tried").unwrap();
        let file = place.files_of("tried").join(name);
        // Beside the file that is mapped, as a disk that decays would not, since a byte that changes
        // under a map may end the process.
        let copy = file.with_extension("copy");
        fs::copy(&file, &copy).unwrap();
        fs::rename(&copy, &file).unwrap();
        Damage::Flip(fs::metadata(&file).unwrap().len() as usize / 2).do_to(&file);
        assert!(!engine.scrub(&CancelToken::new()).unwrap().is_empty(), "{name}");
        assert_eq!(answers(&engine), fresh, "{name}: while damaged");
        let report = engine.sync(&SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap();
        assert_eq!(report.healed.as_deref(), Some("the index was damaged"), "{name}");
        assert!(engine.scrub(&CancelToken::new()).unwrap().is_empty(), "{name}");
        assert_eq!(answers(&engine), fresh, "{name}: healed");
    }
}

#[test]
fn row_23_an_index_that_is_deleted_goes_on_answering_and_is_built_anew() {
    let (place, fresh, _) = damaged_place();
    place.copy("before", "tried");
    let [engine, other] = [(); 2].map(|()| place.open("tried").unwrap());
    fs::remove_dir_all(place.index("tried")).unwrap();
    assert_eq!(answers(&engine), fresh, "while it is gone");
    let report = engine.sync(&SyncScope::default(), &|_| {}, &CancelToken::new()).unwrap();
    assert_eq!(report.healed.as_deref(), Some("the index was deleted"));
    assert_eq!(answers(&engine), fresh);
    assert_eq!(answers(&other), fresh, "another process sees what was built");
    sync(&other);
    assert!(place.files_of("tried").join("meta.json").exists());
    assert_eq!(answers(&place.open("tried").unwrap()), fresh);
}
