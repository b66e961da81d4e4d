//! The engine's calls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lectern_core::{CancelToken, Engine, Error, OpenOptions, Result, SyncScope, SyncStage};
use napi::bindgen_prelude::{AsyncTask, Either, Env, Object, ToNapiValue, TypeName};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use parking_lot::Mutex;

use crate::catalog_records::{
    BindingBrowseAnswer, BindingBrowseRequest, BindingCompletions, BindingFoundPages,
    BindingPageList, BindingPageTimes, BindingVerifyReport,
};
use crate::failure::BindingFailure;
use crate::guard::{BindingCall, guarded};
use crate::records::{
    BindingIndexFolder, BindingLead, BindingNames, BindingOpenOptions, BindingOpened,
    BindingReadAnswer, BindingReadRequest, BindingStats, BindingSyncProgress, BindingSyncReport,
    BindingSyncScope,
};
use crate::search_records::{BindingSearchAnswer, BindingSearchRequest};
use crate::task::Job;

/// Progress is told at most this often; a cold index passes thousands of files a second.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(50);

/// Progress callback: gets one record, is called from any thread, keeps no event loop alive.
type ProgressFunction =
    ThreadsafeFunction<BindingSyncProgress, (), BindingSyncProgress, napi::Status, false, true>;

/// Stops the calls it was handed to.
#[napi]
#[derive(Default)]
pub struct BindingCancelToken {
    token: CancelToken,
}

#[napi]
impl BindingCancelToken {
    /// A token that nobody has cancelled.
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the calls to stop.
    #[napi]
    pub fn cancel(&self) {
        self.token.cancel();
    }
}

/// An index over some roots.
#[napi]
pub struct BindingEngine {
    shared: Arc<Shared>,
}

struct Shared {
    options: OpenOptions,
    state: Mutex<State>,
}

enum State {
    /// Not opened yet, or left by a panic: the next call opens from disk.
    Unopened,
    Open(Arc<Engine>),
    Closed,
}

impl Shared {
    fn engine(&self) -> Result<Arc<Engine>> {
        let mut state = self.state.lock();
        match &*state {
            State::Open(engine) => Ok(Arc::clone(engine)),
            State::Closed => Err(Error::Closed),
            State::Unopened => {
                let engine = Arc::new(Engine::open(self.options.clone())?);
                *state = State::Open(Arc::clone(&engine));
                Ok(engine)
            }
        }
    }

    fn forget(&self) {
        let mut state = self.state.lock();
        if matches!(*state, State::Open(_)) {
            *state = State::Unopened;
        }
    }

    fn call<T>(
        &self,
        call: BindingCall,
        work: impl FnOnce(&Engine) -> Result<T>,
    ) -> Either<T, BindingFailure> {
        guarded(call, || work(&*self.engine()?), || self.forget())
    }
}

#[napi]
impl BindingEngine {
    /// Takes the settings; touches nothing until the first call.
    #[napi(constructor)]
    #[must_use]
    pub fn new(options: BindingOpenOptions) -> Self {
        let shared = Shared { options: options.into(), state: Mutex::new(State::Unopened) };
        Self { shared: Arc::new(shared) }
    }

    /// Folder in which `open` would keep the index, and who leads there.
    #[napi(ts_return_type = "Promise<BindingIndexFolder | BindingFailure>")]
    #[must_use]
    pub fn locate(&self) -> AsyncTask<Job<BindingIndexFolder>> {
        let shared = Arc::clone(&self.shared);
        AsyncTask::new(Job::new(move || {
            let work = || {
                let folder = Engine::locate(&shared.options)?.to_string_lossy().into_owned();
                Ok(BindingIndexFolder { folder, leader: Engine::leader(&shared.options)? })
            };
            guarded(BindingCall::Locate, work, || ())
        }))
    }

    /// Opens roots and index.
    #[napi(ts_return_type = "Promise<BindingOpened | BindingFailure>")]
    #[must_use]
    pub fn open(&self) -> AsyncTask<Job<BindingOpened>> {
        let shared = Arc::clone(&self.shared);
        AsyncTask::new(Job::new(move || {
            shared.call(BindingCall::Open, |engine| {
                Ok(BindingOpened { generation: engine.stats()?.generation as f64 })
            })
        }))
    }

    /// Answers a question.
    #[napi(ts_return_type = "Promise<BindingSearchAnswer | BindingFailure>")]
    #[must_use]
    pub fn search(
        &self,
        request: BindingSearchRequest,
        cancel: Option<&BindingCancelToken>,
    ) -> AsyncTask<Job<BindingSearchAnswer>> {
        let shared = Arc::clone(&self.shared);
        let cancel = token(cancel);
        AsyncTask::new(Job::new(move || {
            shared.call(BindingCall::Search, |engine| {
                Ok(engine.search(&request.into(), &cancel)?.into())
            })
        }))
    }

    /// Reads text.
    #[napi(ts_return_type = "Promise<BindingReadAnswer | BindingFailure>")]
    #[must_use]
    pub fn read(
        &self,
        request: BindingReadRequest,
        cancel: Option<&BindingCancelToken>,
    ) -> AsyncTask<Job<BindingReadAnswer>> {
        let shared = Arc::clone(&self.shared);
        let cancel = token(cancel);
        AsyncTask::new(Job::new(move || {
            shared.call(BindingCall::Read, |engine| {
                cancel.check()?;
                Ok(engine.read(&request.into())?.into())
            })
        }))
    }

    /// Looks into a folder or a page.
    #[napi(ts_return_type = "Promise<BindingBrowseAnswer | BindingFailure>")]
    #[must_use]
    pub fn browse(&self, request: BindingBrowseRequest) -> AsyncTask<Job<BindingBrowseAnswer>> {
        let shared = Arc::clone(&self.shared);
        AsyncTask::new(Job::new(move || {
            shared.call(BindingCall::Browse, |engine| Ok(engine.browse(&request.into())?.into()))
        }))
    }

    /// Lists pages.
    #[napi(ts_return_type = "Promise<BindingPageList | BindingFailure>")]
    #[must_use]
    pub fn list(&self, after: Option<String>, limit: u32) -> AsyncTask<Job<BindingPageList>> {
        self.catalog(move |engine| Ok(engine.list(after.as_deref(), limit)?.into()))
    }

    /// Finds pages by name.
    #[napi(ts_return_type = "Promise<BindingFoundPages | BindingFailure>")]
    #[must_use]
    pub fn find(&self, name: String, under: Vec<String>) -> AsyncTask<Job<BindingFoundPages>> {
        self.catalog(move |engine| Ok(engine.find(&name, &under)?.into()))
    }

    /// Completes a path.
    #[napi(ts_return_type = "Promise<BindingCompletions | BindingFailure>")]
    #[must_use]
    pub fn complete_path(&self, typed: String, limit: u32) -> AsyncTask<Job<BindingCompletions>> {
        self.catalog(move |engine| Ok(engine.complete_path(&typed, limit)?.into()))
    }

    /// Completes the name of a page.
    #[napi(ts_return_type = "Promise<BindingCompletions | BindingFailure>")]
    #[must_use]
    pub fn complete_name(
        &self,
        typed: String,
        under: Vec<String>,
        limit: u32,
    ) -> AsyncTask<Job<BindingCompletions>> {
        self.catalog(move |engine| Ok(engine.complete_name(&typed, &under, limit)?.into()))
    }

    /// Path and time of every page.
    #[napi(ts_return_type = "Promise<BindingPageTimes | BindingFailure>")]
    #[must_use]
    pub fn page_times(&self) -> AsyncTask<Job<BindingPageTimes>> {
        self.catalog(move |engine| Ok(engine.page_times()?.into()))
    }

    /// Verifies the index.
    ///
    /// # Errors
    /// Only when Node-API itself fails.
    #[napi(ts_return_type = "Promise<BindingVerifyReport | BindingFailure>")]
    pub fn verify<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&BindingCancelToken>,
    ) -> napi::Result<Object<'env>> {
        let shared = Arc::clone(&self.shared);
        let cancel = token(cancel);
        on_thread(env, "lectern-verify", move || {
            shared.call(BindingCall::Verify, |engine| {
                Ok::<BindingVerifyReport, _>(engine.verify(&cancel)?.into())
            })
        })
    }

    /// Merges the index into one segment; answers with the counts afterwards.
    ///
    /// # Errors
    /// Only when Node-API itself fails.
    #[napi(ts_return_type = "Promise<BindingStats | BindingFailure>")]
    pub fn compact<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&BindingCancelToken>,
    ) -> napi::Result<Object<'env>> {
        let shared = Arc::clone(&self.shared);
        let cancel = token(cancel);
        on_thread(env, "lectern-compact", move || {
            shared.call(BindingCall::Compact, |engine| {
                engine.compact(&cancel)?;
                Ok::<BindingStats, _>(engine.stats()?.into())
            })
        })
    }

    /// Counts.
    #[napi(ts_return_type = "Promise<BindingStats | BindingFailure>")]
    #[must_use]
    pub fn stats(&self) -> AsyncTask<Job<BindingStats>> {
        let shared = Arc::clone(&self.shared);
        AsyncTask::new(Job::new(move || {
            shared.call(BindingCall::Stats, |engine| Ok(engine.stats()?.into()))
        }))
    }

    /// Brings the index up to the files. Runs on a thread of its own: it may take seconds, and
    /// Node's pool has four threads for everything.
    ///
    /// # Errors
    /// Only when Node-API itself fails.
    #[napi(ts_return_type = "Promise<BindingSyncReport | BindingFailure>")]
    pub fn sync<'env>(
        &self,
        env: &'env Env,
        scope: BindingSyncScope,
        cancel: Option<&BindingCancelToken>,
        #[napi(ts_arg_type = "(progress: BindingSyncProgress) => void")] progress: Option<
            ProgressFunction,
        >,
    ) -> napi::Result<Object<'env>> {
        let shared = Arc::clone(&self.shared);
        let cancel = token(cancel);
        on_thread(env, "lectern-sync", move || {
            let progress = Throttle::new(progress);
            let scope = SyncScope::from(scope);
            shared.call(BindingCall::Sync, |engine| {
                let report = engine.sync(&scope, &|at| progress.tell(at), &cancel)?;
                Ok::<BindingSyncReport, _>(report.into())
            })
        })
    }

    /// Checks every file of the index.
    ///
    /// # Errors
    /// Only when Node-API itself fails.
    #[napi(ts_return_type = "Promise<BindingNames | BindingFailure>")]
    pub fn scrub<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&BindingCancelToken>,
    ) -> napi::Result<Object<'env>> {
        let shared = Arc::clone(&self.shared);
        let cancel = token(cancel);
        on_thread(env, "lectern-scrub", move || {
            shared.call(BindingCall::Verify, |engine| {
                Ok(BindingNames { names: engine.scrub(&cancel)? })
            })
        })
    }

    /// Takes or keeps the lead.
    #[napi(ts_return_type = "Promise<BindingLead | BindingFailure>")]
    #[must_use]
    pub fn lead(&self, account: String) -> AsyncTask<Job<BindingLead>> {
        let shared = Arc::clone(&self.shared);
        AsyncTask::new(Job::new(move || {
            shared.call(BindingCall::Lead, |engine| Ok(engine.lead(&account)?.into()))
        }))
    }

    /// Lists folders.
    #[napi(ts_return_type = "Promise<BindingNames | BindingFailure>")]
    #[must_use]
    pub fn folders(
        &self,
        paths: Vec<String>,
        cancel: Option<&BindingCancelToken>,
    ) -> AsyncTask<Job<BindingNames>> {
        let shared = Arc::clone(&self.shared);
        let cancel = token(cancel);
        AsyncTask::new(Job::new(move || {
            shared.call(BindingCall::Folders, |engine| {
                Ok(BindingNames { names: engine.folders(&paths, &cancel)? })
            })
        }))
    }

    /// Ends the engine; idempotent. Calls under way finish.
    #[napi]
    pub fn close(&self) {
        let state = std::mem::replace(&mut *self.shared.state.lock(), State::Closed);
        if let State::Open(engine) = state {
            engine.close();
        }
    }
}

impl BindingEngine {
    fn catalog<T: ToNapiValue + TypeName + Send + 'static>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T> + Send + 'static,
    ) -> AsyncTask<Job<T>> {
        let shared = Arc::clone(&self.shared);
        AsyncTask::new(Job::new(move || shared.call(BindingCall::Catalog, work)))
    }
}

/// Runs `work` on a thread of its own and gives the promise of its outcome.
fn on_thread<'env, T: ToNapiValue + Send + 'static>(
    env: &'env Env,
    name: &str,
    work: impl FnOnce() -> Either<T, BindingFailure> + Send + 'static,
) -> napi::Result<Object<'env>> {
    let (deferred, promise) = env.create_deferred()?;
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let outcome = work();
            deferred.resolve(move |_| Ok(outcome));
        })
        .map_err(|error| napi::Error::from_reason(error.to_string()))?;
    Ok(promise)
}

fn token(cancel: Option<&BindingCancelToken>) -> CancelToken {
    cancel.map(|cancel| cancel.token.clone()).unwrap_or_default()
}

/// Passes on each change of stage and, within a stage, one call an interval.
struct Throttle {
    function: Option<ProgressFunction>,
    last: Mutex<Option<(SyncStage, Instant)>>,
}

impl Throttle {
    fn new(function: Option<ProgressFunction>) -> Self {
        Self { function, last: Mutex::new(None) }
    }

    fn tell(&self, progress: lectern_core::SyncProgress) {
        let Some(function) = &self.function else {
            return;
        };
        let mut last = self.last.lock();
        let is_due = last
            .is_none_or(|(stage, at)| stage != progress.stage || at.elapsed() >= PROGRESS_INTERVAL);
        if is_due {
            *last = Some((progress.stage, Instant::now()));
            function.call(progress.into(), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
