//! What a sync is asked for, tells while it runs and says in the end.

use std::time::Duration;

use crate::files::SkippedFile;

/// What a sync looks at. The default is every root, by size and time of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncScope {
    /// Only files at or below these paths, which need not exist (any more). Empty: everything.
    pub paths: Vec<String>,
    /// Reads also the files whose size and time are those indexed, since both can lie.
    pub rereads: bool,
}

/// Where a running sync stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncProgress {
    /// What is being done.
    pub stage: SyncStage,
    /// Files done.
    pub done: usize,
    /// Files to do; 0 while it is not known.
    pub total: usize,
}

/// Stages of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStage {
    /// Listing the files.
    Scanning,
    /// Looking again, since so much seems to be gone.
    Confirming,
    /// Waiting for another writer.
    Waiting,
    /// Reading and analysing.
    Indexing,
    /// Making it durable.
    Committing,
}

impl SyncStage {
    /// Lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scanning => "scanning",
            Self::Confirming => "confirming",
            Self::Waiting => "waiting",
            Self::Indexing => "indexing",
            Self::Committing => "committing",
        }
    }
}

/// What a sync did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncReport {
    /// Pages in the index now.
    pub pages: u64,
    /// Sections in the index now.
    pub sections: u64,
    /// Links in the index now.
    pub links: u64,
    /// Pages that were not in the index.
    pub added: usize,
    /// Pages whose content differs from what was indexed.
    pub changed: usize,
    /// Pages that are gone.
    pub removed: usize,
    /// Pages that were looked at and left as they were.
    pub unchanged: usize,
    /// Files seen that are no pages, sorted by path.
    pub skipped: Vec<SkippedFile>,
    /// Pages added or changed by this sync that were read in another way than plain UTF-8 Markdown,
    /// with how; sorted by path.
    pub notices: Vec<(String, String)>,
    /// Why the index was started anew, where it was found damaged or gone.
    pub healed: Option<String>,
    /// Size of the index in bytes.
    pub index_bytes: u64,
    /// The commit that holds all this.
    pub generation: u64,
    /// Wall time.
    pub times: SyncTimes,
}

/// Wall times of the stages of a sync.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SyncTimes {
    /// Waiting for another writer.
    pub wait: Duration,
    /// Listing files and comparing them with the index.
    pub scan: Duration,
    /// Reading, analysing, adding.
    pub index: Duration,
    /// Committing and merging.
    pub commit: Duration,
    /// All of it.
    pub total: Duration,
}
