//! What was there when the recording began: the people who log in and the images that nobody makes in it, as a seed.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::people::{LogIn, created, log_ins};
use crate::cli::capture::entry;
use crate::cli::recording::Exchange;

/// The identity of the server, before the seed is applied.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub(super) projects: Vec<Value>,
    pub(super) users: Vec<Value>,
    pub(super) roles: Vec<Value>,
}

impl Present {
    /// Returns the id of the entry with this name.
    pub(super) fn id<'a>(entries: &'a [Value], name: Option<&str>) -> Option<&'a str> {
        let named = |entry: &&Value| entry.get("name").and_then(Value::as_str) == name;
        entries.iter().find(named)?.get("id")?.as_str()
    }
}

/// Collects the entries of a seed.
#[derive(Debug, Default)]
pub(super) struct World {
    domains: Vec<Value>,
    projects: Vec<Value>,
    users: Vec<Value>,
    roles: Vec<Value>,
    role_assignments: Vec<Value>,
    known: HashSet<String>,
}

impl World {
    /// Returns the people of a recording that the server lacks.
    pub(super) fn people(exchanges: &[Exchange], present: &Present) -> Self {
        let made = created(exchanges);
        let mut world = Self::default();
        for log_in in log_ins(exchanges) {
            world.add(&log_in, present, &made);
        }
        world
    }

    fn add(&mut self, log_in: &LogIn, present: &Present, made: &HashSet<&str>) {
        let token = log_in.token;
        let text = |place: &str| token.pointer(place).and_then(Value::as_str);
        let (Some(user), Some(name)) = (text("/user/id"), text("/user/name")) else {
            return;
        };
        let project = text("/project/id");
        if let (Some(id), Some(name)) = (project, text("/project/name"))
            && Present::id(&present.projects, Some(name)).is_none()
            && self.is_new("project", id, made)
        {
            let domain = self.domain(token.pointer("/project/domain"), made);
            let project = json!({ "name": name, "id": id, "domain": domain });
            self.projects.push(project);
        }
        let is_present = Present::id(&present.users, Some(name)).is_some();
        if !is_present && self.is_new("user", user, made) {
            let domain = self.domain(token.pointer("/user/domain"), made);
            let user = json!({ "name": name, "id": user, "domain": domain });
            let Value::Object(mut user) = user else {
                return;
            };
            let password = log_in.password.map(Value::from);
            user.extend(password.map(|password| ("password".to_owned(), password)));
            self.users.push(user.into());
        }
        if !made.contains(user) {
            self.assign(name, token, project, present, made);
        }
    }

    /// Adds the roles of a token.
    fn assign(
        &mut self,
        user: &str,
        token: &Value,
        project: Option<&str>,
        present: &Present,
        made: &HashSet<&str>,
    ) {
        let roles = token.get("roles").and_then(Value::as_array);
        let names = roles.into_iter().flatten();
        for role in names.filter_map(|role| role.get("name")?.as_str()) {
            if Present::id(&present.roles, Some(role)).is_none() && self.is_new("role", role, made)
            {
                self.roles.push(json!({ "name": role }));
            }
            let domain = token.pointer("/domain/id").and_then(Value::as_str);
            let scope = match (project, domain) {
                (Some(project), _) if !made.contains(project) => json!({ "project": project }),
                (None, Some(domain)) => json!({ "domain": domain }),
                (None, None) if token.get("system").is_some() => json!({ "system": true }),
                _ => continue,
            };
            if !self.is_new("role of", &format!("{user} {role} {scope}"), made) {
                continue;
            }
            let Value::Object(mut assignment) = scope else {
                continue;
            };
            assignment.insert("user".into(), user.into());
            assignment.insert("role".into(), role.into());
            self.role_assignments.push(assignment.into());
        }
    }

    /// Returns the id of a domain, which is added if it is not the default one.
    fn domain(&mut self, domain: Option<&Value>, made: &HashSet<&str>) -> Value {
        let field = |name: &str| domain?.get(name)?.as_str();
        let (id, name) = (field("id").unwrap_or("default"), field("name"));
        if id != "default" && self.is_new("domain", id, made) {
            self.domains.push(json!({ "id": id, "name": name }));
        }
        id.into()
    }

    fn is_new(&mut self, kind: &str, id: &str, made: &HashSet<&str>) -> bool {
        !made.contains(id) && self.known.insert(format!("{kind} {id}"))
    }

    /// Returns the seed.
    pub(super) fn seed(self) -> Value {
        json!({
            "domains": self.domains,
            "projects": self.projects,
            "users": self.users,
            "roles": self.roles,
            "role_assignments": self.role_assignments,
        })
    }
}

/// Returns the images that are seen in a recording without being made in it, as they are seen first.
pub(super) fn images(exchanges: &[Exchange]) -> Vec<Value> {
    let mut known: HashSet<&str> = created(exchanges);
    let mut images = Vec::new();
    let shown = exchanges
        .iter()
        .filter(|exchange| exchange.method == "GET" && !exchange.is_identity());
    for body in shown.filter_map(|exchange| exchange.response_body.as_ref()) {
        for image in documents(body) {
            let Some(id) = image.get("id").and_then(Value::as_str) else {
                continue;
            };
            if known.insert(id) {
                images.extend(image.as_object().map(|image| entry(image, &[])));
            }
        }
    }
    images
}

/// Returns the images in the body of an answer: those of a list, or the one that it is.
fn documents(body: &Value) -> impl Iterator<Item = &Value> {
    let list = body.get("images").and_then(Value::as_array);
    let documents = list.map_or(std::slice::from_ref(body), Vec::as_slice);
    documents.iter().filter(|image| {
        image
            .get("schema")
            .is_some_and(|schema| schema == "/v2/schemas/image")
    })
}

/// Returns a seed with nothing but images.
pub(super) fn seed_of(images: Vec<Value>) -> Value {
    Map::from_iter([("images".to_owned(), Value::Array(images))]).into()
}
