//! What faults look at in a request.

use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::fault::Facts;
use crate::identity::{self, Asked};

/// All that faults may look at. Who sends a request is found out only if a rule asks, and is not
/// known of one that is refused, or that is to get a token first.
pub(super) async fn of(app: &App, asked: Asked<'_>) -> Facts {
    let headers = asked.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let mut facts = Facts {
        method: asked.method.as_str().to_owned(),
        path: asked.path.to_owned(),
        headers: headers.collect(),
        ..Facts::default()
    };
    if app.faults.asks_who(&facts)
        && let Ok(Some(caller)) = identity::identify(app, asked).await
    {
        tell(app, &mut facts, &caller).await;
    }
    facts
}

async fn tell(app: &App, facts: &mut Facts, caller: &Caller) {
    facts.user.extend(caller.user.clone());
    facts.project.extend(caller.project.clone());
    let (user, project) = app.names(caller).await;
    facts.user.extend(user);
    facts.project.extend(project);
}
