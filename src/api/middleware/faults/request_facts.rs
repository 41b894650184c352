//! The facts of a request that fault rules match.

use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::fault::RequestFacts;
use crate::identity::{self, RequestParts};

/// Returns all that faults may look at. Who sends a request is found out only if a rule asks, and is not
/// known of one that is refused, or that is to get a token first; what was found out is the second part,
/// so that the token check need not look again.
pub(super) async fn of(app: &App, asked: RequestParts<'_>) -> (RequestFacts, Option<Identified>) {
    let headers = asked.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let mut facts = RequestFacts {
        method: asked.method.as_str().to_owned(),
        path: asked.path.to_owned(),
        headers: headers.collect(),
        region: app.region(),
        ..RequestFacts::default()
    };
    if !app.faults.asks_who(&facts) {
        return (facts, None);
    }
    app.policy.refresh().await;
    if let Ok(caller) = identity::identify(app, asked).await {
        if let Some(caller) = &caller {
            tell(app, &mut facts, caller).await;
        }
        let path = asked.path.to_owned();
        return (facts, Some(Identified { path, caller }));
    }
    (facts, None)
}

/// The sender of a request, identified before the token check.
#[derive(Clone, Debug)]
pub(crate) struct Identified {
    /// The path that was looked at: the version layer may change it, and access rules look at it.
    path: String,
    /// Nobody, if there is no valid token.
    pub(crate) caller: Option<Caller>,
}

impl Identified {
    /// Tells whether this holds for a request to this path.
    pub(crate) fn is_for(&self, path: &str) -> bool {
        self.path == path
    }
}

async fn tell(app: &App, facts: &mut RequestFacts, caller: &Caller) {
    facts.user.extend(caller.user.clone());
    facts.project.extend(caller.project.clone());
    let (user, project) = app.names(caller).await;
    facts.user.extend(user);
    facts.project.extend(project);
}
