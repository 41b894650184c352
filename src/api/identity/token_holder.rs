//! The caller of the identity API, known by one of its own tokens.

use crate::api::extract::cloud_of;
use crate::app::App;
use crate::domain::digest::digest;
use crate::identity::authenticate::rules_allow;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::token::{AUTH_TOKEN, TokenHolder, roles_in};
use crate::identity::urls::Base;
use crate::service::identity::Identity;
use crate::simulation::journal::RequestNotes;
use axum::extract::{FromRequestParts, OriginalUri};
use http::request::Parts;
use http::{HeaderMap, HeaderName};

/// A request of the holder of a token: the cloud that it is for, and the address that it was sent to.
#[derive(Debug)]
pub(crate) struct Authenticated {
    pub(crate) app: App,
    pub(crate) base: Base,
    pub(crate) caller: TokenHolder,
}

impl Authenticated {
    /// Returns what the holder of the token may do with the identity.
    pub(crate) fn service(&self) -> Identity<'_> {
        self.app.identity(&self.caller)
    }
}

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = KeystoneError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let app = cloud_of(parts)?;
        let hash = hash_in(&parts.headers, &AUTH_TOKEN).ok_or(KeystoneError::Unauthenticated)?;
        let token = app.db.read().await?.token(&hash, app.clock.now()).await?;
        let token = token.ok_or(KeystoneError::Unauthenticated)?;
        if let Some(notes) = parts.extensions.get::<RequestNotes>() {
            notes.who(Some(&token.user_id), token.project_id.as_deref());
        }
        if let Some(id) = &token.credential_id {
            let path = parts.extensions.get::<OriginalUri>().map_or_else(
                || parts.uri.path().to_owned(),
                |original| original.path().to_owned(),
            );
            let path = path.strip_prefix("/identity").unwrap_or(&path);
            let method = parts.method.as_str();
            if !rules_allow(&app, id, "identity", method, path).await? {
                return Err(KeystoneError::Unauthenticated);
            }
        }
        let roles = roles_in(&token.roles);
        Ok(Self {
            base: Base::of(&app, &parts.headers),
            app,
            caller: TokenHolder { token, roles },
        })
    }
}

/// The hash of the token in a header.
pub(crate) fn hash_in(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let token = headers.get(name).filter(|header| !header.is_empty())?;
    Some(digest(token.as_bytes()))
}
