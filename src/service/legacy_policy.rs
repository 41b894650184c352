//! What guards images while `enforce_new_defaults` is off: the rules from before there were roles
//! let everybody pass, and so it is asked besides whose an image is.

use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::image::Image;
use crate::{Error, Result};

/// The usual words for one whose image it is not.
pub(super) const NOT_YOURS: &str = "You do not own this image";

/// Whose an image has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The caller's.
    Own,
    /// Somebody else's.
    Foreign,
}

/// Refuses, in these words, what the owner alone may do, or must not. Admins may do all.
pub(super) fn guard(
    app: &App,
    caller: &Caller,
    image: &Image,
    whose: Whose,
    words: impl FnOnce() -> String,
) -> Result<()> {
    let allowed = caller.owns(image) == (whose == Whose::Own);
    if app.config().images.enforce_new_defaults || caller.admin || allowed {
        return Ok(());
    }
    Err(Error::forbidden(words()))
}
