//! Each field and each parameter at its bound and one beyond. The statuses are those of Glance 33, asked with
//! `LOOKALIKE_TEST_PEER`, the URL of a server that takes the tokens of tests: without it, this one is asked. They differ
//! in the names of properties that a patch adds (`patch-name-length` in docs/fidelity.md).

use serde_json::{Value, json};

use crate::glance::{Glance, Image, Person, glance};

/// The greatest `min_disk` and `min_ram`: a column of 32 bits.
const MAX_INTEGER: i64 = (1 << 31) - 1;

struct Bounds {
    glance: Glance,
    peer: Option<String>,
}

impl Bounds {
    async fn open() -> Self {
        let peer = std::env::var("LOOKALIKE_TEST_PEER").ok();
        let glance = glance().await;
        Self { glance, peer }
    }

    fn person(&self, token: &str) -> Person {
        match &self.peer {
            Some(url) => self.glance.at(url, token),
            None => self.glance.bearer(token),
        }
    }

    fn alice(&self) -> Person {
        self.person("alice:alice-project:member,reader")
    }

    fn admin(&self) -> Person {
        self.person("root:admin-project:admin,member,reader")
    }
}

fn x(length: usize) -> String {
    "x".repeat(length)
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

fn properties(count: usize) -> Value {
    let all = numbered(count).into_iter();
    all.map(|name| (format!("p{name}"), json!(""))).collect()
}

/// Fields of an image with their names, and the status of a request that sets them.
fn fields() -> Vec<(Value, u16)> {
    let mut all = Vec::new();
    for name in ["name", "owner"] {
        all.push((json!({ name: x(255) }), 201));
        all.push((json!({ name: x(256) }), 400));
        all.push((json!({ name: "é".repeat(255) }), 201));
        all.push((json!({ name: "é".repeat(256) }), 400));
        all.push((json!({ name: "\u{ffff}" }), 201));
        all.push((json!({ name: "\u{10000}" }), 400));
        all.push((json!({ name: null }), 201));
        all.push((json!({ name: 1 }), 400));
    }
    for name in ["min_disk", "min_ram"] {
        for (value, status) in [
            (json!(0), 201),
            (json!(MAX_INTEGER), 201),
            (json!(MAX_INTEGER + 1), 400),
            (json!(i64::MAX), 400),
            (json!(-1), 400),
            (json!(i64::MIN), 400),
            (json!(1.5), 400),
            (json!("1"), 400),
            (json!(true), 400),
            (json!(null), 400),
        ] {
            all.push((json!({ name: value }), status));
        }
    }
    for name in ["protected", "os_hidden"] {
        all.push((json!({ name: true }), 201));
        all.push((json!({ name: "true" }), 400));
        all.push((json!({ name: 1 }), 400));
        all.push((json!({ name: null }), 400));
    }
    for name in ["disk_format", "container_format", "visibility"] {
        all.push((json!({ name: "" }), 400));
        all.push((json!({ name: x(256) }), 400));
        all.push((json!({ name: ["raw"] }), 400));
    }
    all.extend(texts());
    all
}

/// Tags and properties.
fn texts() -> Vec<(Value, u16)> {
    vec![
        (json!({ "tags": [x(255)] }), 201),
        (json!({ "tags": [x(256)] }), 400),
        (json!({ "tags": ["é".repeat(255)] }), 201),
        (json!({ "tags": ["é".repeat(256)] }), 400),
        (json!({ "tags": ["\u{10000}"] }), 400),
        (json!({ "tags": [1] }), 400),
        (json!({ "tags": "x" }), 400),
        (json!({ "tags": numbered(128) }), 201),
        (json!({ "tags": numbered(129) }), 413),
        (properties(128), 201),
        (properties(129), 413),
        (json!({ x(255): "" }), 201),
        (json!({ x(256): "" }), 400),
        (json!({ "é".repeat(255): "" }), 201),
        (json!({ "é".repeat(256): "" }), 400),
        (json!({ "\u{ffff}": "" }), 201),
        (json!({ "\u{10000}": "" }), 400),
        (json!({ "p": x(65_535) }), 201),
        (json!({ "p": "\u{10000}" }), 400),
        (json!({ "p": 1 }), 400),
        (json!({ "p": null }), 400),
        (json!({ "p": {} }), 400),
    ]
}

/// A value as a failure shows it.
fn short(value: &Value) -> String {
    value.to_string().chars().take(120).collect()
}

#[tokio::test]
async fn each_field_of_a_new_image_has_its_bounds() {
    let bounds = Bounds::open().await;
    let admin = bounds.admin();
    let mut wrong = Vec::new();
    for (fields, status) in fields() {
        let answer = admin.post("/v2/images").json(fields.clone()).await;
        if answer.status != status {
            wrong.push(format!("{} {status}: {}", short(&fields), answer.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn each_field_of_a_patch_has_the_same_bounds() {
    let bounds = Bounds::open().await;
    let admin = bounds.admin();
    let mut wrong = Vec::new();
    for (fields, status) in fields() {
        let image = admin.create(json!({})).await;
        let operations = fields.as_object().unwrap().iter();
        let operations: Vec<_> = operations
            .map(|(name, value)| json!({ "op": "add", "path": format!("/{name}"), "value": value }))
            .collect();
        let answer = admin.patch(&image, operations.into()).await;
        let status = if status == 201 { 200 } else { status };
        if answer.status != status {
            wrong.push(format!("{} {status}: {}", short(&fields), answer.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn an_id_is_a_uuid_and_nothing_longer() {
    let bounds = Bounds::open().await;
    let alice = bounds.alice();
    let id = uuid();
    for (id, status) in [
        (json!(id), 201),
        (json!(id), 409),
        (json!(format!("{id}0")), 400),
        (json!(id[1..]), 400),
        (json!(""), 400),
        (json!(null), 400),
        (json!(7), 400),
    ] {
        let answer = alice.post("/v2/images").json(json!({ "id": id })).await;
        assert_eq!(answer.status, status, "{id}: {}", answer.text());
    }
}

/// An id that no image has.
#[expect(clippy::disallowed_methods, reason = "no clock or cloud is concerned")]
fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

async fn image(person: &Person) -> Image {
    person.create(json!({})).await
}

#[tokio::test]
async fn a_tag_in_a_path_has_the_bounds_of_one_in_a_document() {
    let bounds = Bounds::open().await;
    let alice = bounds.alice();
    let image = image(&alice).await;
    for (tag, status) in [(x(255), 204), (x(256), 400), (x(8000), 400)] {
        let answer = alice.put(image.at(&format!("/tags/{tag}"))).await;
        assert_eq!(answer.status, status, "{}", tag.len());
    }
    for number in 1..=128 {
        let status = if number < 128 { 204 } else { 413 };
        let answer = alice.put(image.at(&format!("/tags/{number}"))).await;
        assert_eq!(answer.status, status, "{number}");
    }
}

#[tokio::test]
async fn members_have_bounds() {
    let bounds = Bounds::open().await;
    let alice = bounds.alice();
    let image = image(&alice).await;
    let add = |member: Value| {
        let request = alice.post(image.at("/members"));
        request.json(json!({ "member": member }))
    };
    for (member, status) in [
        (json!(""), 400),
        (json!(null), 400),
        (json!(0), 400),
        (json!("\u{10000}"), 400),
        (json!(x(255)), 200),
    ] {
        assert_eq!(add(member.clone()).await.status, status, "{member}");
    }
    for number in 1..=128 {
        let status = if number < 128 { 200 } else { 413 };
        let answer = add(number.to_string().into()).await;
        assert_eq!(answer.status, status, "{number}");
    }
}

/// Parameters of a list, and its status.
const QUERIES: [(&str, u16); 45] = [
    ("limit=0", 200),
    ("limit=1000", 200),
    ("limit=1001", 200),
    ("limit=9223372036854775807", 200),
    ("limit=9223372036854775808", 200),
    ("limit=-1", 400),
    ("limit=", 400),
    ("limit=x", 400),
    ("limit=1.0", 400),
    ("limit=1e3", 400),
    ("limit=0x10", 400),
    ("limit=%2B1", 200),
    ("limit=-0", 200),
    ("marker=", 400),
    ("marker=x", 400),
    ("size_min=0", 200),
    ("size_min=-1", 200),
    ("size_min=9223372036854775807", 200),
    ("size_max=-9223372036854775808", 200),
    ("size_min=x", 400),
    ("size_min=", 400),
    ("size_min=1.5", 400),
    ("min_ram_min=2147483648", 200),
    ("min_disk_max=-1", 200),
    ("min_disk_max=x", 400),
    ("created_at=gt:2000-01-01T00:00:00Z", 200),
    ("created_at=gt:9999-12-31T23:59:59Z", 200),
    ("created_at=gt:10000-01-01T00:00:00Z", 400),
    ("created_at=gt:2000-02-30T00:00:00Z", 400),
    ("created_at=gt:", 400),
    ("created_at=xx:2000-01-01T00:00:00Z", 400),
    ("visibility=", 200),
    ("visibility=Public", 400),
    ("member_status=", 400),
    ("protected=1", 400),
    ("protected=true", 200),
    ("os_hidden=1", 400),
    ("os_hidden=TRUE", 200),
    ("sort_key=", 400),
    ("sort_key=x", 400),
    ("sort_key=name&sort_dir=up", 400),
    ("sort=name:asc,size:desc,id:asc,status:desc,updated_at", 200),
    ("sort=name,", 400),
    ("name=in:", 200),
    ("name=%F0%90%80%80", 200),
];

#[tokio::test]
async fn each_parameter_of_a_list_has_its_bounds() {
    let bounds = Bounds::open().await;
    let alice = bounds.alice();
    let mut wrong = Vec::new();
    let long = [("tag", 255), ("tag", 256), ("name", 256), ("p", 3000)];
    let long = long.map(|(name, length)| (format!("{name}={}", x(length)), 200));
    let queries = QUERIES.map(|(query, status)| (query.to_owned(), status));
    for (query, status) in queries.into_iter().chain(long) {
        let answer = alice.get(format!("/v2/images?{query}")).await;
        if answer.status != status {
            let query: String = query.chars().take(80).collect();
            wrong.push(format!("{query} {status}: {}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Headers of a download of ten bytes, and its status.
const RANGES: [(&str, u16); 16] = [
    ("bytes=0-", 206),
    ("bytes=0-0", 206),
    ("bytes=9-9", 206),
    ("bytes=0-9", 206),
    ("bytes=0-10", 206),
    ("bytes=9-18446744073709551616", 206),
    ("bytes=10-", 416),
    ("bytes=10-10", 416),
    ("bytes=18446744073709551616-", 416),
    ("bytes=-1", 206),
    ("bytes=-10", 206),
    ("bytes=-11", 206),
    ("bytes=5-4", 416),
    ("bytes=0-0,2-2", 400),
    ("bytes=x-", 416),
    ("lines=0-1", 416),
];

#[tokio::test]
async fn a_range_has_the_bounds_of_the_data() {
    let bounds = Bounds::open().await;
    let alice = bounds.alice();
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = alice.create(fields).await;
    alice.upload(&image, "0123456789").await.is(204);
    let mut wrong = Vec::new();
    for (range, status) in RANGES {
        let answer = alice.get(image.at("/file")).header("Range", range).await;
        if answer.status != status {
            wrong.push(format!("{range} {status}: {}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_size_that_a_client_vouches_for_has_bounds() {
    let bounds = Bounds::open().await;
    let alice = bounds.alice();
    for (size, status) in [
        ("4", 204),
        ("3", 400),
        ("5", 400),
        ("-1", 400),
        ("x", 400),
        ("", 400),
        ("9223372036854775808", 400),
    ] {
        let fields = json!({ "disk_format": "raw", "container_format": "bare" });
        let image = alice.create(fields).await;
        let upload = alice.upload(&image, "data");
        let answer = upload.header("X-OpenStack-Image-Size", size).await;
        assert_eq!(answer.status, status, "{size}: {}", answer.text());
    }
}
