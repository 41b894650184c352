//! Calls as HTTP requests, and the answers in the words of the model.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value, json};

use super::call::{Call, Change, IMAGES, PatchForm, Question, Setting};
use super::images::data;
use super::play::Player;
use super::world::{Answer, MemberStatus, Project, User};
use crate::glance::Answer as Got;

impl Player {
    pub(super) async fn send(&self, user: User, call: &Call) -> Got {
        let person = self.person(user);
        let at = |image: usize, rest: &str| format!("{}{rest}", self.path(image));
        let member =
            |image: usize, project: Project| at(image, &format!("/members/{}", project.word()));
        let put = |path: String, bytes: Vec<u8>| {
            let request = person.put(path).body(bytes);
            request.header("Content-Type", "application/octet-stream")
        };
        let request = match call {
            Call::Create(id, settings) => {
                let mut fields = json!({ "id": self.id(*id) });
                for (name, value) in settings.iter().map(Setting::pair) {
                    fields[name] = value;
                }
                person.post("/v2/images").json(fields)
            }
            Call::Show(id) => person.get(self.path(*id)),
            Call::List(question) => person.get(format!("/v2/images{}", self.query(question))),
            Call::Patch(id, form, changes) => {
                let kind = match form {
                    PatchForm::V20 => "application/openstack-images-v2.0-json-patch",
                    PatchForm::V21 => "application/openstack-images-v2.1-json-patch",
                };
                let changes = changes.iter().map(|it| it.operation(*form)).collect();
                let request = person.request(Method::PATCH, self.path(*id));
                request.json(changes).header("Content-Type", kind)
            }
            Call::PutTag(id, tag) => person.put(at(*id, &format!("/tags/{tag}"))),
            Call::DeleteTag(id, tag) => person.delete(at(*id, &format!("/tags/{tag}"))),
            Call::AddMember(id, project) => {
                let body = json!({ "member": project.word() });
                person.post(at(*id, "/members")).json(body)
            }
            Call::Members(id) => person.get(at(*id, "/members")),
            Call::Member(id, project) => person.get(member(*id, *project)),
            Call::SetMember(id, project, to) => {
                let body = json!({ "status": to.word() });
                person.put(member(*id, *project)).json(body)
            }
            Call::RemoveMember(id, project) => person.delete(member(*id, *project)),
            Call::Upload(id, size) => put(at(*id, "/file"), data(*id, *size)),
            Call::Stage(id, size) => put(at(*id, "/stage"), data(*id, *size)),
            Call::Download(id) => person.get(at(*id, "/file")),
            Call::Deactivate(id) => person.post(at(*id, "/actions/deactivate")),
            Call::Reactivate(id) => person.post(at(*id, "/actions/reactivate")),
            Call::Delete(id) => person.delete(self.path(*id)),
        };
        request.await
    }

    fn query(&self, question: &Question) -> String {
        let texts = [
            ("visibility", question.visibility.map(str::to_owned)),
            ("member_status", question.member_status.map(str::to_owned)),
            ("os_hidden", question.hidden.map(|it| it.to_string())),
            ("tag", question.tag.map(str::to_owned)),
            ("status", question.status.map(|it| it.word().to_owned())),
            ("owner", question.owner.map(|it| it.word().to_owned())),
            ("limit", question.limit.map(|it| it.to_string())),
            ("marker", question.marker.map(|it| self.id(it))),
        ];
        let given = texts.into_iter();
        let given = given.filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        format!("?{}", given.collect::<Vec<_>>().join("&"))
    }

    /// What the server answered, in the words of the model.
    pub(super) fn read(&self, call: &Call, got: &Got) -> Answer {
        if got.status >= 400 {
            return Answer::Refused(got.status);
        }
        match (call, got.status) {
            (Call::Create(..) | Call::Show(_) | Call::Patch(..), status) => {
                Answer::Image(status, document(got.json()))
            }
            (Call::List(_), 200) => {
                let ids: BTreeMap<_, _> = (0..IMAGES).map(|id| (self.id(id), id)).collect();
                let images = got["images"].as_array().unwrap().iter();
                let numbers = images.map(|it| ids[it["id"].as_str().unwrap()]);
                Answer::Images(numbers.collect(), !got["next"].is_null())
            }
            (Call::Members(_), 200) => {
                let members = got["members"].as_array().unwrap().iter();
                Answer::Members(members.map(member).collect())
            }
            (Call::AddMember(..) | Call::Member(..) | Call::SetMember(..), 200) => {
                let (project, status) = member(got.json());
                Answer::Member(project, status)
            }
            (Call::Download(_), 200) => Answer::Data(got.body.to_vec()),
            (_, status) => Answer::Done(status),
        }
    }
}

/// The document of an image without times, links and hashes.
fn document(got: &Value) -> Value {
    let mut fields: Map<String, Value> = got.as_object().unwrap().clone();
    let apart = [
        "id",
        "created_at",
        "updated_at",
        "self",
        "file",
        "schema",
        "os_hash_algo",
        "os_hash_value",
        "stores",
        "locations",
        "direct_url",
    ];
    fields.retain(|name, _| !apart.contains(&name.as_str()));
    let has_checksum = fields.get("checksum").is_some_and(Value::is_string);
    fields.insert("checksum".into(), has_checksum.into());
    if let Some(tags) = fields.get_mut("tags").and_then(Value::as_array_mut) {
        tags.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    }
    Value::Object(fields)
}

fn member(got: &Value) -> (Project, MemberStatus) {
    let projects = [
        Project::One,
        Project::Two,
        Project::Admins,
        Project::Elsewhere,
    ];
    let memberships = [
        MemberStatus::Pending,
        MemberStatus::Accepted,
        MemberStatus::Rejected,
    ];
    let project = projects
        .into_iter()
        .find(|it| got["member_id"] == it.word());
    let status = memberships
        .into_iter()
        .find(|it| got["status"] == it.word());
    (project.unwrap(), status.unwrap())
}

impl Call {
    /// The image that it is about.
    pub(super) fn image(&self) -> Option<usize> {
        match self {
            Self::List(_) => None,
            Self::Create(id, _)
            | Self::Show(id)
            | Self::Patch(id, ..)
            | Self::PutTag(id, _)
            | Self::DeleteTag(id, _)
            | Self::AddMember(id, _)
            | Self::Members(id)
            | Self::Member(id, _)
            | Self::SetMember(id, ..)
            | Self::RemoveMember(id, _)
            | Self::Upload(id, _)
            | Self::Stage(id, _)
            | Self::Download(id)
            | Self::Deactivate(id)
            | Self::Reactivate(id)
            | Self::Delete(id) => Some(*id),
        }
    }
}

impl Setting {
    /// Its name and value in JSON.
    fn pair(&self) -> (&'static str, Value) {
        match self {
            Self::Name(name) => ("name", json!(name)),
            Self::Visibility(visibility) => ("visibility", visibility.word().into()),
            Self::Protected(protected) => ("protected", (*protected).into()),
            Self::Hidden(hidden) => ("os_hidden", (*hidden).into()),
            Self::MinRam(size) => ("min_ram", (*size).into()),
            Self::Tags(tags) => ("tags", json!(tags)),
            Self::DiskFormat(format) => ("disk_format", (*format).into()),
            Self::ContainerFormat(format) => ("container_format", (*format).into()),
            Self::Owner(owner) => ("owner", owner.word().into()),
            Self::Property(name, value) => (name, (*value).into()),
        }
    }
}

impl Change {
    fn operation(&self, form: PatchForm) -> Value {
        let (name, value) = self.setting.pair();
        let path = format!("/{name}");
        let mut operation = match form {
            PatchForm::V20 => json!({ self.verb: path }),
            PatchForm::V21 => json!({ "op": self.verb, "path": path }),
        };
        if self.verb != "remove" {
            operation["value"] = value;
        }
        operation
    }
}
