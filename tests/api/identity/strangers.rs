//! Every operation of the identity, tried by a user who has no role beyond another project: a new one is in here by
//! itself, for the operations are those of the server's own OpenAPI document.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::{Cloud, cloud, password, project};

/// What everybody may ask, for the answer is about himself or about nobody.
const OPEN: [&str; 13] = [
    "GET /",
    "GET /v3",
    "POST /v3/auth/tokens",
    "GET /v3/auth/projects",
    "GET /v3/auth/domains",
    "GET /v3/auth/system",
    "GET /v3/auth/catalog",
    "GET /v3/regions",
    "GET /v3/regions/{region}",
    "GET /v3/limits",
    "GET /v3/limits/model",
    "GET /v3/registered_limits",
    "GET /v3/registered_limits/{registered_limit}",
];

/// The lists that show all that there is.
const LISTS: [&str; 11] = [
    "users",
    "projects",
    "groups",
    "domains",
    "roles",
    "services",
    "endpoints",
    "regions",
    "role_assignments",
    "limits",
    "registered_limits",
];

/// What the admin has, by the names of the parameters of paths.
struct World {
    cloud: Cloud,
    admin: String,
    ids: BTreeMap<&'static str, String>,
}

impl World {
    async fn new() -> Self {
        let cloud = cloud().await;
        let admin = cloud.admin().await;
        let ids = BTreeMap::from([("tag", "t".to_owned())]);
        let mut world = Self { cloud, admin, ids };
        for (name, body) in [
            ("domain", json!({ "name": "d" })),
            ("project", json!({ "name": "p", "tags": ["t"] })),
            ("user", json!({ "name": "u", "password": "secret" })),
            ("group", json!({ "name": "g" })),
            ("role", json!({ "name": "r" })),
            ("implied", json!({ "name": "i" })),
            ("region", json!({ "id": "R" })),
            ("service", json!({ "type": "t", "name": "s" })),
        ] {
            world.make(name, name, body).await;
        }
        let (role, service) = (world.id("role"), world.id("service"));
        world.ids.insert("prior", role);
        let endpoint = json!({ "service_id": service, "interface": "public", "url": "http://x" });
        world.make("endpoint", "endpoint", endpoint).await;
        let limit = json!({ "service_id": service, "resource_name": "n", "default_limit": 1 });
        world.make_limit("registered_limit", limit).await;
        let project = world.id("project");
        let limit = json!({ "service_id": service, "project_id": project, "resource_name": "n", "resource_limit": 1 });
        world.make_limit("limit", limit).await;
        world.make_credential().await;
        world
    }

    fn id(&self, name: &str) -> String {
        self.ids[name].clone()
    }

    async fn make(&mut self, parameter: &'static str, name: &str, body: Value) {
        let kind = if name == "implied" { "role" } else { name };
        let body = json!({ kind: body });
        let path = format!("/v3/{kind}s");
        let made = self.cloud.post(&self.admin, &path, body).await.is(201);
        let id = made.body[kind]["id"].as_str().unwrap();
        self.ids.insert(parameter, id.to_owned());
    }

    async fn make_limit(&mut self, name: &'static str, body: Value) {
        let list = format!("{name}s");
        let path = format!("/v3/{list}");
        let body = json!({ &list: [body] });
        let made = self.cloud.post(&self.admin, &path, body).await.is(201);
        let id = made.body[&list][0]["id"].as_str().unwrap();
        self.ids.insert(name, id.to_owned());
    }

    /// Gives the user an application credential with an access rule.
    async fn make_credential(&mut self) {
        let (user, project) = (self.id("user"), self.id("project"));
        let path = format!(
            "/v3/projects/{project}/users/{user}/roles/{}",
            self.id("role")
        );
        self.cloud
            .call(Method::PUT, &self.admin, &path)
            .await
            .is(204);
        let scope = json!({ "project": { "id": project } });
        let token = self.cloud.token(password("u", "secret"), Some(scope)).await;
        let rule = json!({ "service": "image", "method": "GET", "path": "/v2/images" });
        let body = json!({ "application_credential": { "name": "c", "access_rules": [rule] } });
        let path = format!("/v3/users/{user}/application_credentials");
        let made = self.cloud.post(&token, &path, body).await.is(201);
        let made = &made.body["application_credential"];
        for (name, id) in [
            ("application_credential", &made["id"]),
            ("access_rule", &made["access_rules"][0]["id"]),
        ] {
            self.ids.insert(name, id.as_str().unwrap().to_owned());
        }
    }

    /// Puts ids into a path.
    fn filled(&self, path: &str) -> String {
        let parts = path.split('/').map(|part| {
            let name = part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'));
            name.map_or_else(|| part.to_owned(), |name| self.id(name))
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// A body that the admin could send.
    fn body(&self, method: &Method, path: &str) -> Option<Value> {
        let text = |text: &str| json!({ "name": text });
        let resource = path.split('/').nth(2)?;
        let body = match (method.as_str(), path) {
            ("PUT", "/v3/projects/{project}/tags") => json!({ "tags": ["x"] }),
            ("POST", "/v3/users/{user}/password") => {
                json!({ "user": { "password": "new", "original_password": "wrong" } })
            }
            ("POST", path) if path.ends_with("/application_credentials") => {
                json!({ "application_credential": text("x") })
            }
            ("POST" | "PATCH", _) if resource.ends_with("limits") => {
                let (service, project) = (self.id("service"), self.id("project"));
                let new = match resource {
                    "limits" => {
                        json!({ "service_id": service, "project_id": project, "resource_name": "n", "resource_limit": 2 })
                    }
                    _ => json!({ "service_id": service, "resource_name": "m", "default_limit": 2 }),
                };
                match *method {
                    Method::POST => json!({ resource: [new] }),
                    _ => json!({ resource.trim_end_matches('s'): { "description": "x" } }),
                }
            }
            ("POST", "/v3/services") => json!({ "service": { "type": "x" } }),
            ("POST", "/v3/endpoints") => {
                json!({ "endpoint": { "service_id": self.id("service"), "interface": "public", "url": "http://y" } })
            }
            ("PATCH", "/v3/endpoints/{endpoint}") => json!({ "endpoint": { "url": "http://y" } }),
            ("POST", "/v3/regions") => json!({ "region": { "id": "X" } }),
            ("PATCH", "/v3/regions/{region}") => json!({ "region": { "description": "x" } }),
            ("POST" | "PATCH", _) => json!({ resource.trim_end_matches('s'): text("x") }),
            _ => return None,
        };
        Some(body)
    }

    /// All that there is.
    async fn everything(&self) -> Value {
        let mut all = serde_json::Map::new();
        for list in LISTS {
            let found = self
                .cloud
                .get(&self.admin, &format!("/v3/{list}"))
                .await
                .is(200);
            all.insert(list.into(), found.body[list].clone());
        }
        all.into()
    }

    async fn attempt(&self, stranger: &str, method: &Method, path: &str) -> Result<(), String> {
        let mut request = self
            .cloud
            .request(method.clone(), &self.filled(path), stranger);
        if let Some(body) = self.body(method, path) {
            request = request.json(&body);
        }
        if path == "/v3/auth/tokens" {
            request = request.header("X-Subject-Token", &self.admin);
        }
        let answer = self.cloud.send(request).await;
        if !OPEN.contains(&&*format!("{method} {path}")) {
            return match answer.status {
                401 if path.ends_with("/password") => Ok(()),
                403 => Ok(()),
                status => Err(format!("{status}: {}", answer.body)),
            };
        }
        let text = answer.body.to_string();
        let shown = ["user", "project", "group", "domain"].map(|name| self.id(name));
        match shown.iter().find(|id| text.contains(*id)) {
            Some(id) => Err(format!("shows {id}: {text}")),
            None => Ok(()),
        }
    }
}

#[tokio::test]
async fn no_operation_shows_or_changes_what_another_project_has() {
    let world = World::new().await;
    let stranger = world
        .cloud
        .token(password("demo", "secret"), Some(project("demo")))
        .await;
    let document = world
        .cloud
        .server
        .control()
        .get("/openapi/identity.json")
        .await
        .is(200);
    let paths = document.json()["paths"].as_object().unwrap().clone();
    let before = world.everything().await;
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for (path, operations) in &paths {
        for method in ["get", "head", "put", "post", "patch", "delete"] {
            if operations.get(method).is_none() {
                continue;
            }
            tried += 1;
            let method = method.to_uppercase().parse().unwrap();
            if let Err(reason) = world.attempt(&stranger, &method, path).await {
                wrong.push(format!("{method} {path}: {reason}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(tried > OPEN.len() + LISTS.len(), "{tried}");
    assert_eq!(world.everything().await, before);
}
