//! A token without a password, for whoever holds the server in his hand.

use super::auth_request::{Named, Wish};
use super::credentials::Proof;
use super::error::KeystoneError;
use super::login::give;
use crate::Result;
use crate::app::App;
use crate::identity::token::DEFAULT_DOMAIN;

/// A token of a user on a project, both by their names in the domain Default; nothing if there is no
/// such user or project, or the user has no role there.
pub async fn vouch(app: &App, user: &str, project: &str) -> Result<Option<String>> {
    let domain = ("id", DEFAULT_DOMAIN.to_owned());
    let by = (domain.0, DEFAULT_DOMAIN);
    let account = app.db.read().await?.account_by_name(user, by).await?;
    let Some(account) = account else {
        return Ok(None);
    };
    let proof = Proof {
        user: account.id,
        methods: vec!["password".into()],
        ..Proof::default()
    };
    let wish = Wish::Project(Named::Name(project.to_owned(), domain));
    match give(app, &proof, wish).await {
        Ok(issued) => Ok(Some(issued.secret)),
        Err(KeystoneError::Ours(error)) => Err(error),
        Err(_) => Ok(None),
    }
}
