//! stub
use super::{Halt, Job};
pub(super) async fn run(job: &Job) -> Result<(), Halt> {
    job.not_too_often()?;
    job.fail(&super::Failure{said: super::INTERNAL.into(), cause: "x".into()}).await
}
