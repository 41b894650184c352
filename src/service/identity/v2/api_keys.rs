//! API keys: shown to their owner and to the user admin of the account, given anew, taken away. Tokens that were given
//! for a key outlive it, as at Rackspace.

use crate::db::identity::User;
use crate::domain::secret::Secret;
use crate::domain::text;
use crate::identity::v2::error::{IdentityV2Error, Result};
use crate::service::identity::Identity;

impl Identity<'_> {
    /// Returns a user and the user's API key.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn api_key(&self, user: &str) -> Result<(User, Option<Secret>)> {
        let mut session = self.app.db.read().await?;
        let user = self.managed_user(&mut session, user).await?;
        let key = session.api_key(&user.id).await?;
        Ok((user, key))
    }

    /// Gives a user a new API key that nobody can guess.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn reset_api_key(&self, user: &str) -> Result<(User, Secret)> {
        let key = Secret::new(text::hex(&self.app.random::<16>()?));
        let user = self.replace_api_key(user, &key).await?;
        Ok((user, key))
    }

    /// Gives a user this API key; the name must be the user's.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn set_api_key(&self, user: &str, name: &str, key: &Secret) -> Result<User> {
        let mut session = self.app.db.read().await?;
        let known = self.managed_user(&mut session, user).await?;
        drop(session);
        if known.name != name {
            let words = "User and UserId mis-matched";
            return Err(IdentityV2Error::BadRequest(words.into()));
        }
        self.replace_api_key(user, key).await
    }

    async fn replace_api_key(&self, user: &str, key: &Secret) -> Result<User> {
        let mut session = self.app.db.write().await?;
        // A log-in by the key before has happened by now, or fails.
        session.lock_account(user).await?;
        let user = self.managed_user(&mut session, user).await?;
        session.set_api_key(&user.id, key).await?;
        session.commit().await?;
        Ok(user)
    }

    /// Takes a user's API key away.
    #[tracing::instrument(level = "debug", skip_all, fields(user = user))]
    pub(crate) async fn remove_api_key(&self, user: &str) -> Result<()> {
        let mut session = self.app.db.write().await?;
        session.lock_account(user).await?;
        let user = self.managed_user(&mut session, user).await?;
        if !session.remove_api_key(&user.id).await? {
            return Err(IdentityV2Error::NotFound(
                "Credential type RAX-KSKEY:apiKeyCredentials was not found for the user.".into(),
            ));
        }
        Ok(session.commit().await?)
    }
}
