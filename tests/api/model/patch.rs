//! What the model answers to a patch: all of its operations, or none.

use super::call::{Change, PatchForm, Setting};
use super::world::{Answer, Image, PROPERTY_QUOTA, Status, TAG_QUOTA, User, Visibility, World};

impl World {
    pub(super) fn patch(
        &mut self,
        user: User,
        id: usize,
        form: PatchForm,
        changes: &[Change],
    ) -> Result<Answer, Answer> {
        let before = self.seen(user, id)?.clone();
        let mut after = before.clone();
        for change in changes {
            may_change(user, &before, form, change)?;
            apply(&before, &mut after, form, change)?;
        }
        let is_new = |name: &str| !before.properties.contains_key(name);
        let has_new = after.properties.keys().any(|name| is_new(name));
        if has_new && after.properties.len() > PROPERTY_QUOTA {
            return Err(Answer::Refused(413));
        }
        let document = after.document();
        self.images.insert(id, after);
        Ok(Answer::Image(200, document))
    }
}

/// Refuses what the user may not set, or not on this image.
fn may_change(user: User, image: &Image, form: PatchForm, change: &Change) -> Result<(), Answer> {
    let only_adds = form == PatchForm::V20 && change.verb == "add";
    let gives_away = matches!(change.setting, Setting::Owner(_)) && change.verb != "remove";
    let publishes = change.setting == Setting::Visibility(Visibility::Public);
    let forbidden = (gives_away && !only_adds) || (publishes && change.verb != "remove");
    if (forbidden && !user.is_admin()) || !user.may_change(image) {
        return Err(Answer::Refused(403));
    }
    Ok(())
}

fn apply(
    before: &Image,
    after: &mut Image,
    form: PatchForm,
    change: &Change,
) -> Result<(), Answer> {
    let only_adds = form == PatchForm::V20 && change.verb == "add";
    let Setting::Property(name, _) = change.setting else {
        if only_adds {
            return Err(Answer::Refused(409));
        }
        if change.verb == "remove" {
            return Err(Answer::Refused(403));
        }
        check(before, &change.setting)?;
        after.set(&change.setting);
        return Ok(());
    };
    let exists = after.properties.contains_key(name);
    if exists == only_adds && (only_adds || change.verb != "add") {
        return Err(Answer::Refused(409));
    }
    if change.verb == "remove" {
        after.properties.remove(name);
    } else {
        after.set(&change.setting);
    }
    Ok(())
}

/// Refuses a value that a field cannot have.
fn check(image: &Image, setting: &Setting) -> Result<(), Answer> {
    let refused = match setting {
        Setting::MinRam(size) if *size < 0 => 400,
        Setting::Tags(tags) if tags.len() > TAG_QUOTA => 413,
        Setting::DiskFormat(_) | Setting::ContainerFormat(_) if image.status != Status::Queued => {
            403
        }
        _ => return Ok(()),
    };
    Err(Answer::Refused(refused))
}
