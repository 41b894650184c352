//! The bodies of errors, byte by byte: which form, and what is in it.

use http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::glance::{Glance, glance, glance_with};

const TOKEN: &str = "alice:projA:member,reader";

/// Sends these lines as they are, and gives back the status line, the media type and the body.
async fn exchange(glance: &Glance, lines: &[&str]) -> (String, String, String) {
    let mut socket = tokio::net::TcpStream::connect(glance.address())
        .await
        .unwrap();
    let (head, body) = match lines {
        [head @ .., body] if body.starts_with('{') => (head, *body),
        head => (head, ""),
    };
    let request = format!("{}\r\nConnection: close\r\n\r\n{body}", head.join("\r\n"));
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut head = head.lines();
    let status = head
        .next()
        .unwrap()
        .trim_start_matches("HTTP/1.1 ")
        .to_owned();
    let header = |name: &str| {
        let line = head
            .clone()
            .find(|it| it.to_ascii_lowercase().starts_with(name));
        line.map_or("", |it| it[name.len()..].trim()).to_owned()
    };
    assert_eq!(header("content-length:"), body.len().to_string());
    (status, header("content-type:"), body.to_owned())
}

#[tokio::test]
async fn the_accept_header_picks_the_form() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let (html, json, plain) = (
        "text/html; charset=UTF-8",
        "application/json",
        "text/plain; charset=UTF-8",
    );
    for (accept, form) in [
        ("", plain),
        ("text/plain", plain),
        ("application/xml", plain),
        ("image/png", plain),
        ("*/*", html),
        ("text/html", html),
        ("text/*", html),
        ("text/html, application/json", html),
        ("application/json, text/plain, */*", html),
        ("application/json;q=0.5, text/html", html),
        ("application/json", json),
        ("application/*", json),
        ("application/json, text/html;q=0.9", json),
        ("text/html;q=0, application/json", json),
    ] {
        let answer = alice
            .get("/v2/images/x")
            .header("Accept", accept)
            .await
            .is(404);
        assert_eq!(answer.header("content-type"), form, "{accept}");
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_gets_text() {
    let glance = glance().await;
    let token = format!("X-Auth-Token: {TOKEN}");
    let host = "Host: glance.example.test:9292";
    let text = "text/plain; charset=UTF-8";
    for (lines, status, body) in [
        (
            &["GET /v2/images HTTP/1.1", host][..],
            "401 Unauthorized",
            "401 Unauthorized\n\nThis server could not verify that you are authorized to access the \
             document you requested. Either you supplied the wrong credentials (e.g., bad password), \
             or your browser does not understand how to supply the credentials required.\n\n   ",
        ),
        (
            &["GET /v2/nonsense HTTP/1.1", host, &token],
            "404 Not Found",
            "404 Not Found\n\nThe resource could not be found.\n\n   ",
        ),
        (
            &["PUT /v2/images HTTP/1.1", host, &token],
            "405 Method Not Allowed",
            "405 Method Not Allowed\n\nThe method PUT is not allowed for this resource. \n\n ",
        ),
        (
            &[
                "GET /v2/schemas/image HTTP/1.1",
                host,
                &token,
                "Content-Length: 8",
                "{\"a\": 1}",
            ],
            "400 Bad Request",
            "400 Bad Request\n\nA body is not expected with this request.\n\n   ",
        ),
        (
            &[
                "POST /v2/images HTTP/1.1",
                host,
                &token,
                "Content-Length: 16",
                "{\"deleted\": \"x\"}",
            ],
            "403 Forbidden",
            "403 Forbidden\n\nAccess was denied to this resource.\n\n Attribute 'deleted' is reserved.  ",
        ),
        (
            &[
                "POST /v2/images HTTP/1.1",
                host,
                &token,
                "Content-Length: 25",
                "{\"disk_format\": \"floppy\"}",
            ],
            "400 Bad Request",
            "400 Bad Request\n\nProvided object does not match schema 'image': 'floppy' is not one of \
             [None, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop']  \
             Failed validating 'enum' in schema['properties']['disk_format']\n\n   ",
        ),
    ] {
        let answer = exchange(&glance, lines).await;
        assert_eq!(
            answer,
            (status.to_owned(), text.to_owned(), body.to_owned())
        );
    }
}

#[tokio::test]
async fn json_is_written_as_glance_writes_it() {
    let glance = glance().await;
    let (alice, nobody) = (glance.person("alice"), glance.nobody());
    let image = alice.create(json!({ "p": "x" })).await;
    let tail = r"<br /><br />\n\n\n";
    for (request, status, body) in [
        (
            alice.get("/v2/images/abc"),
            404,
            format!(r#"{{"message": "No image found with ID abc{tail}", "code": "404 Not Found", "title": "Not Found"}}"#),
        ),
        (
            alice.get("/v2/images/%3Cb%3E"),
            404,
            format!(r#"{{"message": "No image found with ID <b>{tail}", "code": "404 Not Found", "title": "Not Found"}}"#),
        ),
        (
            alice.post("/v2/images").body("{"),
            400,
            format!(r#"{{"message": "Malformed JSON in request body.{tail}", "code": "400 Bad Request", "title": "Bad Request"}}"#),
        ),
        (
            alice.patch(&image, json!([{ "op": "replace", "path": "/q", "value": "x" }])),
            409,
            r#"{"message": "There was a conflict when trying to complete your request.<br /><br />\nProperty q does not exist.\n\n", "code": "409 Conflict", "title": "Conflict"}"#.to_owned(),
        ),
        (
            alice.put("/v2/images"),
            405,
            r#"{"message": "The method PUT is not allowed for this resource. <br /><br />\n", "code": "405 Method Not Allowed", "title": "Method Not Allowed"}"#.to_owned(),
        ),
        (
            alice.request(Method::TRACE, "/v2/nonsense"),
            501,
            r#"{"message": "\nThe request method TRACE is not implemented for this server. <br /><br />\n", "code": "501 Not Implemented", "title": "Not Implemented"}"#.to_owned(),
        ),
        (
            alice.request(Method::PATCH, &image).header("Content-Type", "text/x").json(json!([])),
            415,
            r#"{"message": "The request media type text/x is not supported by this server.\n<br /><br />\nImage PATCH expects Content-Type one of: application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch", "code": "415 Unsupported Media Type", "title": "Unsupported Media Type"}"#.to_owned(),
        ),
        (
            nobody.get("/v2/images"),
            401,
            format!(
                r#"{{"message": "This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.{tail}", "code": "401 Unauthorized", "title": "Unauthorized"}}"#
            ),
        ),
    ] {
        assert_eq!(request.await.is(status).text(), body);
    }
}

/// Glance goes on with the fragment of the schema and the value; clients read the first line.
#[tokio::test]
async fn what_was_not_met_of_a_schema_is_named() {
    let glance = glance().await;
    let request = glance
        .person("alice")
        .post("/v2/images")
        .json(json!({ "disk_format": "floppy" }));
    let expected = concat!(
        r#"{"message": "Provided object does not match schema 'image': 'floppy' is not one of "#,
        r#"[None, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', "#,
        r#"'ploop']\n\nFailed validating 'enum' in schema['properties']['disk_format']"#,
        r#"<br /><br />\n\n\n", "code": "400 Bad Request", "title": "Bad Request"}"#,
    );
    assert_eq!(request.await.is(400).text(), expected);
}

fn page(code: &str, text: &str) -> String {
    format!(
        "<html>\n <head>\n  <title>{code}</title>\n </head>\n <body>\n  <h1>{code}</h1>\n  {text}\n </body>\n</html>"
    )
}

#[tokio::test]
async fn a_page_shows_what_was_sent_without_running_it() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for (path, code, text) in [
        (
            "/v2/images/abc",
            "404 Not Found",
            "No image found with ID abc<br /><br />\n\n\n",
        ),
        (
            "/v2/images/%3Cb%3E%22'&",
            "404 Not Found",
            "No image found with ID &lt;b&gt;&quot;&#x27;&amp;<br /><br />\n\n\n",
        ),
        (
            "/v2/images/%C3%A4%F0%9F%98%80",
            "404 Not Found",
            "No image found with ID &#228;&#128512;<br /><br />\n\n\n",
        ),
        (
            "/v2/images?limit=x",
            "400 Bad Request",
            "limit param must be an integer<br /><br />\n\n\n",
        ),
    ] {
        let answer = alice.get(path).header("Accept", "*/*").await;
        assert_eq!(answer.text(), page(code, text));
    }
    let request = alice.post("/v2/images").header("Accept", "text/html");
    let answer = request.json(json!({ "location": "x" })).await.is(403);
    let text = "Access was denied to this resource.<br /><br />\nAttribute &#x27;location&#x27; is reserved.\n\n";
    assert_eq!(answer.text(), page("403 Forbidden", text));
}

#[tokio::test]
async fn titles_are_in_the_words_of_the_older_rfc() {
    let glance = glance_with(|config| config.images.image_tag_quota = 0).await;
    let token = format!("X-Auth-Token: {TOKEN}");
    let body = "{\"tags\": [\"a\"]}";
    let lines = [
        "POST /v2/images HTTP/1.1",
        "Host: x",
        &token,
        "Accept: application/json",
        "Content-Length: 15",
        body,
    ];
    let (status, _, body) = exchange(&glance, &lines).await;
    assert_eq!(status, "413 Request Entity Too Large");
    assert!(body.ends_with(
        r#""code": "413 Request Entity Too Large", "title": "Request Entity Too Large"}"#
    ));
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let glance = glance().await;
    let token = format!("X-Auth-Token: {TOKEN}");
    for (path, status) in [
        ("/v2/images", "405 Method Not Allowed"),
        ("/v2/nonsense", "404 Not Found"),
    ] {
        let line = format!("HEAD {path} HTTP/1.1");
        let lines = [line.as_str(), "Host: x", &token, "Accept: application/json"];
        let answer = exchange(&glance, &lines).await;
        let html = "text/html; charset=UTF-8";
        assert_eq!(answer, (status.to_owned(), html.to_owned(), String::new()));
    }
}
