//! The check of an image's signature, made ready before its data comes.

use std::io::ErrorKind;
use std::sync::Arc;

use uuid::Uuid;

use super::certificates::certificate;
use crate::app::App;
use crate::domain::image::Image;
use crate::domain::signature::{ImageSignature, SignatureCheck, SignatureError};
use crate::store::ingest::SignedImage;
use crate::{Error, Result};

/// Returns what the data of an image is checked with; `None` if it is not signed.
///
/// # Errors
///
/// Fails if its signature cannot be checked.
pub(super) async fn signed(app: &App, image: &Image) -> Result<Option<SignedImage>> {
    let check = match check(app, image).await {
        Ok(Some(check)) => check,
        Ok(None) => return Ok(None),
        Err(error) => return Err(Error::Invalid(error.of_image(&image.id))),
    };
    Ok(Some(SignedImage {
        id: image.id.clone(),
        check: Arc::new(check),
    }))
}

async fn check(app: &App, image: &Image) -> Result<Option<SignatureCheck>, SignatureError> {
    let Some(signature) = ImageSignature::of(&image.properties)? else {
        return Ok(None);
    };
    let named = signature.certificate();
    let unavailable = || SignatureError::Unavailable(named.to_owned());
    if named.is_empty() || app.config().signatures.certificates.is_none() {
        return Err(unavailable());
    }
    let id = id_of(named)?;
    let found = certificate(app, id).await.map_err(|error| {
        if error.kind() == ErrorKind::InvalidData {
            return SignatureError::NotACertificate(error.to_string());
        }
        tracing::error!(%error, certificate = %id, "cannot read a certificate");
        unavailable()
    })?;
    let found = found.ok_or_else(|| SignatureError::NotFound(named.to_owned()))?;
    signature.check_with(&found.der).map(Some)
}

/// Returns the id in a reference, which may be a URL that ends with it. barbicanclient: `validate_ref_and_return_uuid`.
fn id_of(reference: &str) -> Result<Uuid, SignatureError> {
    let reference = reference.trim_end_matches('/');
    let last = reference.rsplit('/').next().unwrap_or(reference);
    Uuid::try_parse(last).map_err(|_| SignatureError::NotAnId)
}
