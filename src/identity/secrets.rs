//! Passwords, secrets and tokens: made, hashed, compared.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::{Error, Result};

/// What a password hash costs, in KiB and passes: about 5 ms of one core. This guards test clouds,
/// where every suite logs in hundreds of times.
const MEMORY: u32 = 4096;
const PASSES: u32 = 2;

/// How many hashes are made at a time, in the whole process: a burst of log-ins shall neither take
/// every core nor much memory.
static LANES: Semaphore = Semaphore::const_new(4);

/// The PHC string of a password.
pub async fn hash(app: &App, password: &str) -> Result<String> {
    hash_salted(password.to_owned(), app.random()?).await
}

/// Returns the PHC string of a password with this salt.
pub(super) async fn hash_salted(password: String, salt: [u8; 16]) -> Result<String> {
    aside(move || derive(&password, &salt)).await
}

/// Returns whether the password is the one that the PHC string was made of. Without one it is not, and
/// telling so takes as long.
pub(crate) async fn fits(password: &str, phc: Option<&str>) -> Result<bool> {
    let password = password.to_owned();
    let phc = phc.map(str::to_owned);
    aside(move || match phc {
        Some(phc) => Ok(Argon2::default()
            .verify_password(password.as_bytes(), phc.as_str())
            .is_ok()),
        None => derive(&password, &[0; 16]).map(|_| false),
    })
    .await
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let broken = |error: &dyn std::fmt::Display| Error::Internal(format!("hashing: {error}"));
    let _lane = LANES.acquire().await.map_err(|error| broken(&error))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| broken(&error))?
}

fn derive(password: &str, salt: &[u8]) -> Result<String> {
    let broken = |error: &dyn std::fmt::Display| Error::Internal(format!("argon2: {error}"));
    let params = Params::new(MEMORY, PASSES, 1, None).map_err(|error| broken(&error))?;
    let phc = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| broken(&error))?;
    Ok(phc.to_string())
}

/// Text that nobody can guess, of N random bytes; safe in a URL and in a header, without colons.
pub(crate) fn random_text<const N: usize>(app: &App) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(app.random::<N>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let phc = derive("secret", &[7; 16]).unwrap();
        assert!(fits("secret", Some(&phc)).await.unwrap());
        assert!(!fits("Secret", Some(&phc)).await.unwrap());
        assert!(!fits("secret", None).await.unwrap());
    }
}
