//! Proving who somebody is: by a password, a token or an application credential.

use super::auth_request::{DomainReference, Method, Named, Which};
use super::error::{KeystoneError, Result};
use super::secrets;
use crate::app::App;
use crate::db::identity::{Account, ApplicationCredential, Token};
use crate::domain::digest::digest;
use crate::domain::secret::Secret;

/// The user that was authenticated, and the method.
#[derive(Debug, Default)]
pub(crate) struct Proof {
    /// The user's id.
    pub(crate) user: String,
    /// The PHC string of the password that was right.
    pub(crate) password: Option<String>,
    /// The token that was shown.
    pub(crate) parent: Option<Token>,
    /// The API key that was right.
    pub(crate) api_key: Option<Secret>,
    /// The application credential whose secret was right.
    pub(crate) credential: Option<ApplicationCredential>,
    /// Every way in which it was proved.
    pub(crate) methods: Vec<String>,
}

impl Proof {
    /// Returns whether the password that was right is the user's still.
    pub(crate) fn still_fits(&self, account: &Account) -> bool {
        self.password.is_none() || self.password == account.password
    }

    /// Returns the application credential whose secret was right.
    pub(crate) fn credential_id(&self) -> Option<&str> {
        let credential = self.credential.as_ref();
        credential.map(|credential| credential.id.as_str())
    }
}

/// Proves who somebody is by all of these ways, which must be of one user.
pub(crate) async fn prove(app: &App, methods: Vec<Method>) -> Result<Proof> {
    let mut proof: Option<Proof> = None;
    for method in methods {
        let next = match method {
            Method::Password { user, password } => by_password(app, user, &password).await?,
            Method::Token(token) => by_token(app, &token).await?,
            Method::Credential { which, secret } => by_credential(app, which, &secret).await?,
        };
        proof = Some(match proof {
            None => next,
            Some(before) => both(before, next)?,
        });
    }
    proof.ok_or(KeystoneError::Unauthenticated)
}

/// Two proofs count as one if they are of the same user.
fn both(mut one: Proof, other: Proof) -> Result<Proof> {
    if one.user != other.user {
        return Err(KeystoneError::Unauthenticated);
    }
    for method in other.methods {
        if !one.methods.contains(&method) {
            one.methods.push(method);
        }
    }
    one.password = one.password.or(other.password);
    one.parent = one.parent.or(other.parent);
    one.credential = one.credential.or(other.credential);
    Ok(one)
}

async fn by_password(app: &App, user: Named, password: &str) -> Result<Proof> {
    let account = account(app, user).await?;
    let phc = account
        .as_ref()
        .and_then(|account| account.password.as_deref());
    if !secrets::fits(password, phc).await? {
        return Err(KeystoneError::Unauthenticated);
    }
    let account = account.ok_or(KeystoneError::Unauthenticated)?;
    Ok(Proof {
        user: account.id,
        password: account.password,
        methods: vec!["password".into()],
        ..Proof::default()
    })
}

/// Returns the user that a client names.
pub(super) async fn account(app: &App, user: Named) -> Result<Option<Account>> {
    let mut session = app.db.read().await?;
    Ok(match user {
        Named::Id(id) => session.account(&id).await?,
        Named::Name(name, domain) => session.account_by_name(&name, by(&domain)).await?,
    })
}

/// The domain as statements want it.
pub(crate) fn by(domain: &DomainReference) -> (&'static str, &str) {
    (domain.0, &domain.1)
}

/// Proves who somebody is by a token, which must be nobody's delegate.
pub(super) async fn by_token(app: &App, token: &str) -> Result<Proof> {
    let hash = digest(token.as_bytes());
    let parent = app.db.read().await?.token(&hash, app.clock.now()).await?;
    let words = KeystoneError::NotFound("Could not recognize Fernet token");
    let parent = parent.ok_or(words)?;
    if parent.credential_id.is_some() {
        return Err(KeystoneError::ForbiddenAs(
            "Using a delegated token to create another token is not allowed.",
        ));
    }
    let mut methods: Vec<String> = list(&parent.methods);
    if !methods.iter().any(|method| method == "token") {
        methods.push("token".into());
    }
    Ok(Proof {
        user: parent.user_id.clone(),
        methods,
        parent: Some(parent),
        ..Proof::default()
    })
}

/// A list of texts that a row holds as JSON.
pub(crate) fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

async fn by_credential(app: &App, which: Which, secret: &str) -> Result<Proof> {
    let credential = match which {
        Which::Id(id) => {
            let found = app.db.read().await?.credential(&id).await?;
            found.ok_or(KeystoneError::Unknown("Application Credential", id))?
        }
        Which::Name(name, user) => {
            let user = account(app, user)
                .await?
                .ok_or(KeystoneError::Unauthenticated)?;
            let mut session = app.db.read().await?;
            let mut found = session.credentials(&user.id, Some(&name)).await?;
            found.pop().ok_or(KeystoneError::Unauthenticated)?
        }
    };
    if !secrets::fits(secret, Some(&credential.secret)).await? {
        return Err(KeystoneError::Unauthenticated);
    }
    Ok(Proof {
        user: credential.user_id.clone(),
        methods: vec!["application_credential".into()],
        credential: Some(credential),
        ..Proof::default()
    })
}
