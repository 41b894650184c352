//! The four answers of each route, for everything but the words.

/// A media type and a body; or none.
pub(super) type Payload = Option<(&'static str, &'static str)>;

/// Who sends it. All but the member, the stranger and the admin are of the image's project.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caller {
    /// Member and reader.
    Owner,
    /// Just a reader.
    Reader,
    /// Somebody without a role.
    Roleless,
    /// Of the project that the image is shared with.
    Member,
    /// Of a project that has nothing to do with the image.
    Stranger,
    /// The admin.
    Admin,
}

/// What state the image is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Queued,
    Staged,
    Active,
    Deactivated,
    /// Active, and in two stores.
    Copied,
}

/// What a route makes of a body that is none of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bad {
    /// It has none, and says so.
    Unexpected,
    /// It has to be JSON.
    Malformed,
    /// It has to be of another media type.
    MediaType,
    /// It is not looked at, here as in Glance.
    Unread,
}

impl Bad {
    pub(super) fn payload(self) -> (&'static str, &'static str) {
        match self {
            Self::Unexpected => (JSON, "{}"),
            Self::Malformed | Self::Unread => (JSON, "{\"name\":"),
            Self::MediaType => ("text/plain", "data"),
        }
    }
}

const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";
const PATCH: &str = "application/openstack-images-v2.1-json-patch";

/// A route and its answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Its method and path.
    pub(super) route: &'static str,
    /// What `{name}` or `{tag}` stands for in it.
    pub(super) name: &'static str,
    /// The image that it is tried on.
    pub(super) image: State,
    /// Who may.
    pub(super) caller: Caller,
    body: Payload,
    /// The status for those who may.
    pub(super) gives: u16,
    /// Who may not, and the status for that.
    pub(super) refuses: (Caller, u16),
    /// What it makes of a bad body.
    pub(super) bad: Bad,
}

impl Shape {
    pub(super) fn good(&self) -> Payload {
        self.body
    }

    fn on(self, image: State) -> Self {
        Self { image, ..self }
    }

    fn by(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    fn with(self, kind: &'static str, body: &'static str) -> Self {
        let body = Some((kind, body));
        Self { body, ..self }
    }

    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    fn refuses(self, caller: Caller, status: u16) -> Self {
        let refuses = (caller, status);
        Self { refuses, ..self }
    }

    /// It has no policy: a token of any kind will do.
    fn for_all(self) -> Self {
        self.refuses(Caller::Roleless, self.gives)
    }

    fn bad(self, bad: Bad) -> Self {
        Self { bad, ..self }
    }
}

/// Called by the owner of an active image, without a body; a reader hears 403.
fn shape(route: &'static str, gives: u16) -> Shape {
    Shape {
        route,
        name: if route.contains("{tag}") {
            "old"
        } else {
            "image"
        },
        image: State::Active,
        caller: Caller::Owner,
        body: None,
        gives,
        refuses: (Caller::Reader, 403),
        bad: Bad::Unexpected,
    }
}

pub(super) fn shapes() -> Vec<Shape> {
    use Caller::{Member, Roleless};
    let rename = r#"[{"op": "replace", "path": "/name", "value": "x"}]"#;
    let accept = r#"{"status": "accepted"}"#;
    let mut all = vec![
        shape("GET /v2/images", 200)
            .refuses(Roleless, 403)
            .bad(Bad::Unread),
        shape("POST /v2/images", 201)
            .with(JSON, "{}")
            .bad(Bad::Malformed),
        shape("GET /v2/images/{image}", 200).refuses(Roleless, 404),
        shape("PATCH /v2/images/{image}", 200)
            .with(PATCH, rename)
            .bad(Bad::MediaType),
        shape("DELETE /v2/images/{image}", 204),
        shape("GET /v2/images/{image}/file", 200),
        shape("PUT /v2/images/{image}/file", 204)
            .on(State::Queued)
            .with(BYTES, "data")
            .bad(Bad::MediaType),
        shape("GET /v2/images/{image}/locations", 200)
            .by(Caller::Admin)
            .refuses(Caller::Owner, 403),
        shape("POST /v2/images/{image}/locations", 202)
            .on(State::Queued)
            .with(JSON, r#"{"url": "http://127.0.0.1:1/image"}"#)
            .bad(Bad::Malformed),
        shape("POST /v2/images/{image}/actions/deactivate", 204),
        shape("POST /v2/images/{image}/actions/reactivate", 204).on(State::Deactivated),
        shape("PUT /v2/images/{image}/tags/{tag}", 204),
        shape("DELETE /v2/images/{image}/tags/{tag}", 204),
        shape("GET /v2/images/{image}/members", 200).refuses(Roleless, 404),
        shape("POST /v2/images/{image}/members", 200)
            .with(JSON, r#"{"member": "others"}"#)
            .bad(Bad::Malformed),
        shape("GET /v2/images/{image}/members/{member}", 200).refuses(Roleless, 404),
        shape("PUT /v2/images/{image}/members/{member}", 200)
            .by(Member)
            .with(JSON, accept)
            .bad(Bad::Malformed),
        shape("DELETE /v2/images/{image}/members/{member}", 204),
    ];
    all.extend(discovery());
    all.extend(cache());
    all.extend(imports());
    all.extend(metadefs());
    all.extend(schemas());
    all
}

fn discovery() -> impl IntoIterator<Item = Shape> {
    [
        shape("GET /v2/info/stores", 200).for_all(),
        shape("GET /v2/info/stores/detail", 200)
            .by(Caller::Admin)
            .refuses(Caller::Owner, 403),
        shape("DELETE /v2/stores/{store}/{image}", 204)
            .on(State::Copied)
            .by(Caller::Admin)
            .refuses(Caller::Owner, 403),
        shape("GET /v2/info/usage", 200).for_all(),
    ]
}

/// The routes of schemas, which are for everybody.
pub(super) const SCHEMAS: [&str; 16] = [
    "GET /v2/schemas/image",
    "GET /v2/schemas/images",
    "GET /v2/schemas/member",
    "GET /v2/schemas/members",
    "GET /v2/schemas/task",
    "GET /v2/schemas/tasks",
    "GET /v2/schemas/metadefs/namespace",
    "GET /v2/schemas/metadefs/namespaces",
    "GET /v2/schemas/metadefs/object",
    "GET /v2/schemas/metadefs/objects",
    "GET /v2/schemas/metadefs/property",
    "GET /v2/schemas/metadefs/properties",
    "GET /v2/schemas/metadefs/resource_type",
    "GET /v2/schemas/metadefs/resource_types",
    "GET /v2/schemas/metadefs/tag",
    "GET /v2/schemas/metadefs/tags",
];

fn schemas() -> [Shape; 16] {
    SCHEMAS.map(|route| shape(route, 200).for_all())
}

/// A metadata definition is the admin's to change, and every reader's to see.
fn definition(route: &'static str, gives: u16) -> Shape {
    let shape = shape(route, gives).by(Caller::Admin);
    if route.starts_with("GET") {
        shape.refuses(Caller::Roleless, 404)
    } else {
        shape.refuses(Caller::Owner, 403)
    }
}

fn metadefs() -> impl IntoIterator<Item = Shape> {
    use Bad::{Malformed, Unread};
    let namespace = r#"{"namespace": "ns"}"#;
    let named = r#"{"name": "new"}"#;
    let property = r#"{"name": "new", "title": "New", "type": "string"}"#;
    [
        definition("GET /v2/metadefs/resource_types", 200),
        definition("GET /v2/metadefs/namespaces", 200).bad(Unread),
        definition("POST /v2/metadefs/namespaces", 201)
            .with(JSON, r#"{"namespace": "new"}"#)
            .bad(Malformed),
        definition("GET /v2/metadefs/namespaces/{namespace}", 200),
        definition("PUT /v2/metadefs/namespaces/{namespace}", 200)
            .with(JSON, namespace)
            .bad(Malformed),
        definition("DELETE /v2/metadefs/namespaces/{namespace}", 204),
        definition("GET /v2/metadefs/namespaces/{namespace}/objects", 200).bad(Unread),
        definition("POST /v2/metadefs/namespaces/{namespace}/objects", 201)
            .with(JSON, named)
            .bad(Malformed),
        definition("DELETE /v2/metadefs/namespaces/{namespace}/objects", 204),
        definition(
            "GET /v2/metadefs/namespaces/{namespace}/objects/{object}",
            200,
        ),
        definition(
            "PUT /v2/metadefs/namespaces/{namespace}/objects/{object}",
            200,
        )
        .with(JSON, named)
        .bad(Malformed),
        definition(
            "DELETE /v2/metadefs/namespaces/{namespace}/objects/{object}",
            204,
        ),
        definition("GET /v2/metadefs/namespaces/{namespace}/properties", 200),
        definition("POST /v2/metadefs/namespaces/{namespace}/properties", 201)
            .with(JSON, property)
            .bad(Malformed),
        definition("DELETE /v2/metadefs/namespaces/{namespace}/properties", 204),
        definition(
            "GET /v2/metadefs/namespaces/{namespace}/properties/{property}",
            200,
        )
        .bad(Unread),
        definition(
            "PUT /v2/metadefs/namespaces/{namespace}/properties/{property}",
            200,
        )
        .with(JSON, property)
        .bad(Malformed),
        definition(
            "DELETE /v2/metadefs/namespaces/{namespace}/properties/{property}",
            204,
        ),
        definition("GET /v2/metadefs/namespaces/{namespace}/tags", 200).bad(Unread),
        definition("POST /v2/metadefs/namespaces/{namespace}/tags", 201)
            .with(JSON, r#"{"tags": [{"name": "new"}]}"#)
            .bad(Malformed),
        definition("DELETE /v2/metadefs/namespaces/{namespace}/tags", 204),
        definition("GET /v2/metadefs/namespaces/{namespace}/tags/{tag}", 200),
        definition("POST /v2/metadefs/namespaces/{namespace}/tags/{tag}", 201).named("new"),
        definition("PUT /v2/metadefs/namespaces/{namespace}/tags/{tag}", 200)
            .with(JSON, named)
            .bad(Malformed),
        definition("DELETE /v2/metadefs/namespaces/{namespace}/tags/{tag}", 204),
        definition(
            "GET /v2/metadefs/namespaces/{namespace}/resource_types",
            200,
        ),
        definition(
            "POST /v2/metadefs/namespaces/{namespace}/resource_types",
            201,
        )
        .with(JSON, named)
        .bad(Malformed),
        definition(
            "DELETE /v2/metadefs/namespaces/{namespace}/resource_types/{resource_type}",
            204,
        ),
    ]
}

/// Staging, imports and tasks.
fn imports() -> [Shape; 8] {
    use Caller::{Admin, Owner, Roleless};
    let hopeless = r#"{"type": "location_import", "input": {}}"#;
    let admins = |route, gives| shape(route, gives).by(Admin).refuses(Owner, 403);
    [
        shape("PUT /v2/images/{image}/stage", 204)
            .on(State::Queued)
            .with(BYTES, "data")
            .bad(Bad::MediaType),
        shape("POST /v2/images/{image}/import", 202)
            .on(State::Staged)
            .with(JSON, r#"{"method": {"name": "glance-direct"}}"#)
            .bad(Bad::Malformed),
        shape("GET /v2/images/{image}/tasks", 200).refuses(Roleless, 404),
        admins("GET /v2/tasks", 200).bad(Bad::Unread),
        admins("POST /v2/tasks", 201)
            .with(JSON, hopeless)
            .bad(Bad::Malformed),
        admins("GET /v2/tasks/{task}", 200),
        admins("DELETE /v2/tasks/{task}", 405),
        shape("GET /v2/info/import", 200).for_all(),
    ]
}

/// The cache is the admins'.
fn cache() -> impl Iterator<Item = Shape> {
    [
        ("GET /v2/cache", 200),
        ("DELETE /v2/cache", 204),
        ("PUT /v2/cache/{image}", 202),
        ("DELETE /v2/cache/{image}", 204),
        ("GET /v2/cache/nodes/{image}", 200),
        ("POST /v2/cache/clean", 200),
        ("POST /v2/cache/prune", 200),
        ("GET /v2/cached_images", 200),
        ("DELETE /v2/cached_images", 200),
        ("DELETE /v2/cached_images/{image}", 200),
        ("GET /v2/queued_images", 200),
        ("DELETE /v2/queued_images", 200),
        ("PUT /v2/queued_images/{image}", 200),
        ("DELETE /v2/queued_images/{image}", 200),
    ]
    .into_iter()
    .map(|(route, gives)| {
        shape(route, gives)
            .by(Caller::Admin)
            .refuses(Caller::Owner, 403)
    })
}
