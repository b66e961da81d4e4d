//! An edit that a sync is to bring into an index, and what must hold whatever happens to the sync.

use lectern_core::CancelToken;

use super::{Pages, Place, answers, difference, edited, leftovers, pages, sync};

/// Points that are tried of a run when not all are.
const SAMPLE: usize = 25;

/// Which calls of so many are tried.
pub fn points(calls: usize) -> Vec<usize> {
    let tries_all = std::env::var_os("LECTERN_FAULTS").is_some_and(|value| value == "all");
    let step = if tries_all { 1 } else { (calls / SAMPLE).max(1) };
    (1..=calls).step_by(step).collect()
}

/// An index of one state of pages that are now in another.
pub struct Scenario {
    pub name: &'static str,
    before: Pages,
    after: Pages,
    pub compact: bool,
    pub place: Place,
    fresh: Vec<Vec<(String, String, String)>>,
}

impl Scenario {
    pub fn new(name: &'static str, before: Pages, after: Pages, compact: bool) -> Self {
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
    pub fn check(&self, what: &str) {
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
}

fn extra_page() -> (String, String) {
    ("extra.md".to_owned(), "# Extra\n".to_owned())
}

pub fn scenarios() -> [Scenario; 3] {
    let before = pages(24);
    let after = edited(&before);
    [
        Scenario::new("first index", Pages::new(), before.clone(), false),
        Scenario::new("update", before.clone(), after.clone(), false),
        Scenario::new("update and merge", before, after, true),
    ]
}
