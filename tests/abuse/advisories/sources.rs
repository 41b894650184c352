//! Where data may come from, and what a URL must not do.

use lookalike::config::ImportMethod;
use serde_json::{Value, json};

use crate::glance::{Glance, Image, Person, glance_with, store};
use crate::server::{serve_redirect, serve_text};
use crate::wire::until;

/// A server that may fetch from this machine, with a store of web servers.
async fn glance() -> Glance {
    glance_with(|config| {
        config.stores.store = vec![store("here=memory:"), store("web=http:")];
        config.stores.default_store = Some("here".into());
        config.images.show_multiple_locations = true;
        config.filter.import_allow_loopback = true;
        config.filter.allowed_ports.clear();
        config.tasks.enabled_import_methods =
            vec![ImportMethod::WebDownload, ImportMethod::GlanceDownload];
    })
    .await
}

async fn raw(person: &Person) -> Image {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    person.create(fields).await
}

/// Tries to give an image this location in each way, and returns whether one was taken.
async fn takes_location(person: &Person, url: &str) -> bool {
    let metadata = json!({});
    let location = json!({ "url": url, "metadata": metadata });
    let mut taken = false;
    for operation in [
        json!({ "op": "add", "path": "/locations/-", "value": location }),
        json!({ "op": "replace", "path": "/locations", "value": [location] }),
    ] {
        let image = raw(person).await;
        let answer = person.patch(&image, json!([operation])).await;
        taken |= answer.status < 400;
    }
    let image = raw(person).await;
    let answer = person
        .post(image.at("/locations"))
        .json(json!({ "url": url }))
        .await;
    taken || answer.status < 400
}

/// The task of an import to a new image, once it has ended.
async fn imported(person: &Person, method: Value) -> (Image, Value) {
    let image = raw(person).await;
    let body = json!({ "method": method });
    person.post(image.at("/import")).json(body).await.is(202);
    loop {
        let tasks = person.get(image.at("/tasks")).await.is(200);
        let task = tasks["tasks"][0].clone();
        if task["status"] == "success" || task["status"] == "failure" {
            return (image, task);
        }
        tokio::task::yield_now().await;
    }
}

/// The status of a task of an older import by URL, once it has ended; 400 if it is refused.
async fn imported_by_task(admin: &Person, url: &str) -> Value {
    let properties = json!({ "disk_format": "raw", "container_format": "bare" });
    let input = json!({
        "import_from": url, "import_from_format": "raw", "image_properties": properties,
    });
    let task = json!({ "type": "import", "input": input });
    let answer = admin.post("/v2/tasks").json(task).await;
    if answer.status != 201 {
        return answer.status.into();
    }
    let path = format!("/v2/tasks/{}", answer["id"].as_str().unwrap());
    loop {
        let task = admin.get(&path).await.is(200);
        if task["status"] == "success" || task["status"] == "failure" {
            return task["status"].clone();
        }
        tokio::task::yield_now().await;
    }
}

/// A location is no command of a shell, and its store is not asked by one (CVE-2014-0162).
#[tokio::test]
async fn ossa_2014_012_a_location_runs_no_command() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let home = tempfile::tempdir().unwrap();
    let mark = home.path().join("ran");
    let command = format!("touch {}", mark.display());
    for url in [
        format!("sheepdog://;{command};"),
        format!("sheepdog+tcp:127.0.0.1:7000:$({command})"),
        format!("http://127.0.0.1:1/$({command})"),
        format!("http://127.0.0.1:1/`{command}`"),
        format!("rbd://a/b/c;{command}"),
    ] {
        takes_location(&alice, &url).await;
        assert!(!url.starts_with("sheepdog") || !takes_location(&alice, &url).await);
    }
    assert!(!mark.exists());
}

/// No location names a file of the server, by any scheme (CVE-2014-9493, CVE-2015-1195).
#[tokio::test]
async fn ossa_2014_041_and_2015_002_no_location_is_a_file_of_the_server() {
    let glance = glance().await;
    let (alice, admin) = (glance.person("alice"), glance.admin());
    for url in [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file:/etc/passwd",
        "file://localhost/etc/passwd",
        "filesystem:///etc/passwd",
        "swift+config://ref/container/object",
        "memory://here/x",
        "database://x",
        "made://zeros?size=1",
        "/etc/passwd",
    ] {
        assert!(!takes_location(&alice, url).await, "{url}");
        assert!(!takes_location(&admin, url).await, "{url}");
    }
}

/// The older import reads no file of the server (CVE-2015-1195).
#[tokio::test]
async fn ossa_2015_002_no_task_imports_a_file_of_the_server() {
    let glance = glance().await;
    let admin = glance.admin();
    for url in [
        "file:///etc/passwd",
        "filesystem:///etc/passwd",
        "/etc/passwd",
    ] {
        let status = imported_by_task(&admin, url).await;
        assert!(status == 400 || status == "failure", "{url}: {status}");
    }
    let alice = glance.person("alice");
    let image = raw(&alice).await;
    let method = json!({ "name": "web-download", "uri": "file:///etc/passwd" });
    let import = alice
        .post(image.at("/import"))
        .json(json!({ "method": method }));
    import.await.is(400);
    let images = admin.get("/v2/images").await.is(200);
    let images = images["images"].as_array().unwrap();
    assert!(images.iter().all(|image| image["status"] != "active"));
}

/// Targets of redirects that no URL of a client may have: each leads to this server itself, to the
/// machine's own network, or is spelt so that parsers disagree.
fn forbidden(port: u16) -> Vec<String> {
    [
        "0.0.0.0",
        "[::]",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "127%2e0.0.1",
        "me@0x7f000001",
    ]
    .map(|host| format!("http://{host}:{port}/"))
    .into_iter()
    .chain(
        [
            "http://169.254.169.254/",
            "http://[fe80::1]/",
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
        ]
        .map(str::to_owned),
    )
    .collect()
}

fn port(url: &str) -> u16 {
    url.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// A redirect leads nowhere where the first URL could not (CVE-2026-34881): web-download, POST of a
/// location, and what is read from a store of web servers.
#[tokio::test]
async fn ossa_2026_004_a_redirect_goes_nowhere_that_its_first_url_could_not() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let text = serve_text("secret").await;
    let good = serve_redirect(&text).await;
    let (image, task) = imported(&alice, json!({ "name": "web-download", "uri": good })).await;
    assert_eq!(task["status"], "success", "{task}");
    assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "secret");
    for to in forbidden(port(&text)) {
        let url = serve_redirect(&to).await;
        let (image, task) = imported(&alice, json!({ "name": "web-download", "uri": url })).await;
        assert_eq!(task["status"], "failure", "{to}");
        assert_eq!(alice.see(&image).await["status"], "queued", "{to}");
        let image = raw(&alice).await;
        let location = json!({ "url": url });
        alice.post(image.at("/locations")).json(location).await;
        let read = alice.get(image.at("/file")).await;
        assert!(!read.text().contains("secret"), "{to}");
    }
}

/// So it is with what the older import fetches (bug 2152110).
#[tokio::test]
async fn bug_2152110_nor_does_that_of_a_task() {
    let glance = glance().await;
    let admin = glance.admin();
    let text = serve_text("secret").await;
    let good = serve_redirect(&text).await;
    assert_eq!(imported_by_task(&admin, &good).await, "success");
    for to in forbidden(port(&text)) {
        let url = serve_redirect(&to).await;
        assert_eq!(imported_by_task(&admin, &url).await, "failure", "{to}");
    }
}

/// A redirect of another Glance is one like any other, and no other server gets the token.
#[tokio::test]
async fn ossa_2026_004_another_glance_redirects_no_further_and_the_token_stays() {
    let glance = glance().await;
    let (thief, seen) = crate::server::serve_and_record().await;
    let text = serve_text("secret").await;
    let mut targets = forbidden(port(&text));
    targets.push(thief);
    for to in targets {
        let url = serve_redirect(&to).await;
        let region = format!("R{}", port(&url));
        let admin = crate::advisories::identity::admin_with_endpoint(&glance, &region, &url).await;
        let id = "00000000-0000-0000-0000-000000000000";
        let method =
            json!({ "name": "glance-download", "glance_region": region, "glance_image_id": id });
        let (_, task) = imported(&admin, method).await;
        assert_eq!(task["status"], "failure", "{to}");
    }
    let seen = seen.lock().await;
    assert!(!seen.is_empty());
    assert!(
        seen.iter()
            .all(|headers| !headers.contains_key("x-auth-token")),
        "{seen:?}"
    );
}

/// The same for what is found by the address in the catalogue itself.
#[tokio::test]
async fn ossa_2026_004_the_catalogue_is_no_way_around_the_filter() {
    let glance = glance_with(|config| {
        config.tasks.enabled_import_methods = vec![ImportMethod::GlanceDownload];
    })
    .await;
    let (thief, seen) = crate::server::serve_and_record().await;
    let admin = crate::advisories::identity::admin_with_endpoint(&glance, "R", &thief).await;
    let id = "00000000-0000-0000-0000-000000000000";
    let method = json!({ "name": "glance-download", "glance_region": "R", "glance_image_id": id });
    let (_, task) = imported(&admin, method).await;
    assert_eq!(task["status"], "failure");
    assert!(seen.lock().await.is_empty());
}

/// A file that a client names is not a path of the machine either: what is stored stays in its store.
#[tokio::test]
async fn ossa_2015_002_an_image_id_is_no_path() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for id in ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd"] {
        let made = alice.post("/v2/images").json(json!({ "id": id }));
        made.await.is(400);
        let path = format!("/v2/images/{}/file", id.replace('/', "%2F"));
        alice.get(path).await.is(404);
    }
    let image = raw(&alice).await;
    alice.upload(&image, "data").await.is(204);
    until(&alice, &image, "active").await;
}
