//! Custom properties that are not for everybody: what a caller does not get to see, or to change.
//!
//! Where an image is seen, what the caller may not read is taken out of it. A change compares what
//! was seen before and after, and so leaves alone what was not seen.

use std::sync::Arc;

use super::Images;
use crate::domain::image::Image;
use crate::domain::patch::{Operation, PatchTarget, Verb};
use crate::domain::protection::PropertyAction;
use crate::{Error, Result};

impl Images<'_> {
    /// Returns whether the caller may do this with a property of this name.
    pub(super) fn may_with_property(&self, act: PropertyAction, name: &str) -> Result<bool> {
        let protection = self.app.protection();
        let Some(sections) = protection.usable()? else {
            return Ok(true);
        };
        let policy = |rule: &str| self.app.rule_holds(rule, self.caller);
        Ok(sections.allows(act, name, self.caller, policy))
    }

    /// Takes out of an image what the caller may not read; `unseen` hears the names.
    pub(super) fn take_out_unreadable(
        &self,
        image: &mut Image,
        mut unseen: impl FnMut(&str),
    ) -> Result<()> {
        let protection = self.app.protection();
        let Some(sections) = protection.usable()? else {
            return Ok(());
        };
        let policy = |rule: &str| self.app.rule_holds(rule, self.caller);
        image.properties.retain(|name, _| {
            let readable = sections.allows(PropertyAction::Read, name, self.caller, policy);
            if !readable {
                unseen(name);
            }
            readable
        });
        Ok(())
    }

    /// Takes out of an image what the caller may not read, and copies it only then.
    pub(super) fn take_out_unreadable_of(&self, image: &mut Arc<Image>) -> Result<()> {
        if self.app.protection().usable()?.is_none() {
            return Ok(());
        }
        self.take_out_unreadable(Arc::make_mut(image), |_| ())
    }

    /// Checks that the caller may create an image with these properties.
    pub(super) fn may_create_properties<'a>(
        &self,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Result<()> {
        for name in names {
            if !self.may_with_property(PropertyAction::Create, name)? {
                return Err(Error::reserved(name.clone()));
            }
        }
        Ok(())
    }

    /// Whether the caller may change a property like this, given whether it sees the property, and
    /// whether one is there that it does not see.
    pub(super) fn may_change_property(
        &self,
        operation: &Operation,
        seen: bool,
        unseen: bool,
    ) -> Result<()> {
        let name = operation.field.as_str();
        if operation.target() != PatchTarget::Property {
            return Ok(());
        }
        let act = match (operation.verb, seen) {
            (Verb::Add, false) => PropertyAction::Create,
            // Whether it is there or not, that is in the way, and is answered with a conflict.
            (Verb::Add, true) if operation.only_adds() => return Ok(()),
            (Verb::Replace | Verb::Remove, false) => return Ok(()),
            (Verb::Add | Verb::Replace, true) => PropertyAction::Update,
            (Verb::Remove, true) => PropertyAction::Delete,
        };
        if !unseen && self.may_with_property(act, name)? {
            return Ok(());
        }
        Err(Error::reserved(name.to_owned()))
    }
}
