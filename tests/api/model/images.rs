//! What the model answers to calls about one image and its data.

use serde_json::{Value, json};

use super::call::{Call, Setting};
use super::world::{Answer, Image, PROPERTY_QUOTA, Status, TAG_QUOTA, User, Visibility, World};

/// The bytes that are sent for an image.
pub(super) fn data(id: usize, size: usize) -> Vec<u8> {
    let letter = u8::try_from(id).unwrap() + b'a';
    vec![letter; size]
}

impl World {
    /// Answers a call, and does what it says.
    pub(super) fn answer(&mut self, user: User, call: &Call) -> Answer {
        let answer = match call {
            Call::Create(id, settings) => self.create(user, *id, settings),
            Call::Show(id) => self.show(user, *id),
            Call::List(question) => self.list(user, question),
            Call::Patch(id, form, changes) => self.patch(user, *id, *form, changes),
            Call::PutTag(id, tag) => self.put_tag(user, *id, tag),
            Call::DeleteTag(id, tag) => self.delete_tag(user, *id, tag),
            Call::AddMember(id, project) => self.add_member(user, *id, *project),
            Call::Members(id) => self.list_members(user, *id),
            Call::Member(id, project) => self.show_member(user, *id, *project),
            Call::SetMember(id, project, to) => self.set_member(user, *id, *project, *to),
            Call::RemoveMember(id, project) => self.remove_member(user, *id, *project),
            Call::Upload(id, size) => self.upload(user, *id, *size),
            Call::Stage(id, size) => self.stage(user, *id, *size),
            Call::Download(id) => self.download(user, *id),
            Call::Deactivate(id) => self.turn(user, *id, Status::Deactivated),
            Call::Reactivate(id) => self.turn(user, *id, Status::Active),
            Call::Delete(id) => self.delete(user, *id),
        };
        answer.unwrap_or_else(|refused| refused)
    }

    fn create(&mut self, user: User, id: usize, settings: &[Setting]) -> Result<Answer, Answer> {
        let mut image = Image {
            name: None,
            status: Status::Queued,
            visibility: Visibility::Shared,
            owner: user.project(),
            protected: false,
            hidden: false,
            min_ram: 0,
            disk_format: None,
            container_format: None,
            tags: std::collections::BTreeSet::new(),
            properties: std::collections::BTreeMap::new(),
            size: None,
            members: Vec::new(),
            created: self.images.len(),
        };
        for setting in settings {
            image.set(setting);
        }
        let own = user.is_member() && image.owner == user.project();
        if !user.is_admin() && (!own || image.visibility == Visibility::Public) {
            return Err(Answer::Refused(403));
        }
        if image.tags.len() > TAG_QUOTA {
            return Err(Answer::Refused(413));
        }
        if image.min_ram < 0 {
            return Err(Answer::Refused(400));
        }
        if image.properties.len() > PROPERTY_QUOTA {
            return Err(Answer::Refused(413));
        }
        // An id is given once, even if its image is gone.
        if self.images.contains_key(&id) {
            return Err(Answer::Refused(409));
        }
        let document = image.document();
        self.images.insert(id, image);
        Ok(Answer::Image(201, document))
    }

    fn show(&self, user: User, id: usize) -> Result<Answer, Answer> {
        Ok(Answer::Image(200, self.seen(user, id)?.document()))
    }

    fn put_tag(&mut self, user: User, id: usize, tag: &'static str) -> Result<Answer, Answer> {
        let image = self.changed(user, id)?;
        if !image.tags.contains(tag) && image.tags.len() >= TAG_QUOTA {
            return Err(Answer::Refused(413));
        }
        image.tags.insert(tag);
        Ok(Answer::Done(204))
    }

    fn delete_tag(&mut self, user: User, id: usize, tag: &'static str) -> Result<Answer, Answer> {
        let image = self.changed(user, id)?;
        if image.tags.remove(tag) {
            Ok(Answer::Done(204))
        } else {
            Err(Answer::Refused(404))
        }
    }

    fn upload(&mut self, user: User, id: usize, size: usize) -> Result<Answer, Answer> {
        let room = self.room(user.project());
        let image = self.changed(user, id)?;
        if image.status != Status::Queued {
            return Err(Answer::Refused(409));
        }
        if image.disk_format.is_none() || image.container_format.is_none() {
            return Err(Answer::Refused(400));
        }
        if room == 0 || size > room {
            return Err(Answer::Refused(413));
        }
        image.size = Some(size);
        image.status = Status::Active;
        Ok(Answer::Done(204))
    }

    fn stage(&mut self, user: User, id: usize, size: usize) -> Result<Answer, Answer> {
        let image = self.changed(user, id)?;
        if image.status != Status::Queued {
            return Err(Answer::Refused(409));
        }
        image.size = Some(size);
        image.status = Status::Uploading;
        Ok(Answer::Done(204))
    }

    fn download(&self, user: User, id: usize) -> Result<Answer, Answer> {
        let image = self.seen(user, id)?;
        let withheld = image.status == Status::Deactivated && !user.is_admin();
        if withheld || !user.is_member() {
            return Err(Answer::Refused(403));
        }
        match image.size {
            Some(size) if image.has_data() => Ok(Answer::Data(data(id, size))),
            _ => Ok(Answer::Done(204)),
        }
    }

    fn turn(&mut self, user: User, id: usize, to: Status) -> Result<Answer, Answer> {
        let image = self.changed(user, id)?;
        if !image.has_data() {
            return Err(Answer::Refused(403));
        }
        image.status = to;
        Ok(Answer::Done(204))
    }

    fn delete(&mut self, user: User, id: usize) -> Result<Answer, Answer> {
        let image = self.changed(user, id)?;
        if image.protected {
            return Err(Answer::Refused(403));
        }
        image.status = Status::Deleted;
        Ok(Answer::Done(204))
    }
}

impl Image {
    /// Sets a field or a property.
    pub(super) fn set(&mut self, setting: &Setting) {
        match setting {
            Setting::Name(name) => self.name = *name,
            Setting::Visibility(visibility) => self.visibility = *visibility,
            Setting::Protected(protected) => self.protected = *protected,
            Setting::Hidden(hidden) => self.hidden = *hidden,
            Setting::MinRam(min_ram) => self.min_ram = *min_ram,
            Setting::Tags(tags) => self.tags = tags.iter().copied().collect(),
            Setting::DiskFormat(format) => self.disk_format = Some(format),
            Setting::ContainerFormat(format) => self.container_format = Some(format),
            Setting::Owner(owner) => self.owner = *owner,
            Setting::Property(name, value) => {
                self.properties.insert(name, value);
            }
        }
    }

    /// The document that whoever sees the image gets, but for what depends on time, place and hashes.
    pub(super) fn document(&self) -> Value {
        let mut document = json!({
            "name": self.name,
            "status": self.status.word(),
            "visibility": self.visibility.word(),
            "owner": self.owner.word(),
            "protected": self.protected,
            "os_hidden": self.hidden,
            "min_ram": self.min_ram,
            "min_disk": 0,
            "disk_format": self.disk_format,
            "container_format": self.container_format,
            "tags": self.tags,
            "size": self.size,
            "virtual_size": null,
            "checksum": self.has_data(),
        });
        for (name, value) in &self.properties {
            document[name] = (*value).into();
        }
        document
    }
}
