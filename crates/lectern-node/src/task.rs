//! Bounded calls, run on Node's thread pool.

use napi::bindgen_prelude::{Either, ToNapiValue, TypeName};
use napi::{Env, Result, Task};

use crate::failure::BindingFailure;

/// A guarded call that resolves with its value or a failure.
pub struct Job<T> {
    work: Option<Box<dyn FnOnce() -> Either<T, BindingFailure> + Send>>,
}

impl<T> Job<T> {
    pub(crate) fn new(work: impl FnOnce() -> Either<T, BindingFailure> + Send + 'static) -> Self {
        Self { work: Some(Box::new(work)) }
    }
}

impl<T: ToNapiValue + TypeName + Send + 'static> Task for Job<T> {
    type Output = Either<T, BindingFailure>;
    type JsValue = Either<T, BindingFailure>;

    fn compute(&mut self) -> Result<Self::Output> {
        let work = self.work.take();
        Ok(work.map_or_else(
            || Either::B(BindingFailure::panicked("a task ran twice".to_owned())),
            |work| work(),
        ))
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output)
    }
}
