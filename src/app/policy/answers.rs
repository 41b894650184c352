//! The answers of other servers to the questions of policy, as one request has got them.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::domain::policy::{RemoteAnswers, RemoteQuestion};

/// The answers that one request has got, and the questions that are open.
#[derive(Debug, Default)]
pub struct PolicyAnswers(Mutex<AnswersState>);

#[derive(Debug, Default)]
struct AnswersState {
    known: HashMap<RemoteQuestion, bool>,
    open: Vec<RemoteQuestion>,
}

impl PolicyAnswers {
    /// Returns the questions that were asked in vain, and forgets them.
    #[must_use]
    pub fn take_open(&self) -> Vec<RemoteQuestion> {
        std::mem::take(&mut self.0.lock().open)
    }

    /// Returns whether a question was asked in vain.
    #[must_use]
    pub(in crate::app) fn has_open(&self) -> bool {
        !self.0.lock().open.is_empty()
    }

    /// Learns the answer to a question.
    pub(super) fn learn(&self, question: RemoteQuestion, answer: bool) {
        self.0.lock().known.insert(question, answer);
    }
}

impl RemoteAnswers for PolicyAnswers {
    fn answer(&self, question: RemoteQuestion) -> Option<bool> {
        let mut state = self.0.lock();
        let known = state.known.get(&question).copied();
        if known.is_none() && !state.open.contains(&question) {
            state.open.push(question);
        }
        known
    }
}

/// The answers that work without a request gets: nobody can be asked, so nobody may do anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct NobodyAsks;

impl RemoteAnswers for NobodyAsks {
    fn answer(&self, question: RemoteQuestion) -> Option<bool> {
        let (rule, url) = (question.rule, question.url);
        tracing::warn!(%rule, ?url, "a policy rule asks another server outside of a request; it denies");
        None
    }
}
