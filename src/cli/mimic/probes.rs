//! What two images of our own tell. Whatever happens, they are deleted.

use std::fmt::Write;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::findings::Findings;
use super::session::{CloudSession, Reply, Sent};

/// What is called, for people.
pub(super) const CALLS: [&str; 7] = [
    "POST /v2/images, twice: the images have the name lookalike-mimic",
    "PATCH /v2/images/ID with 150 tags, and with 150 properties: a quota refuses them",
    "PUT /v2/images/ID/file with 4 bytes, once as raw and once as qcow2",
    "POST /v2/images/ID/members, up to 200 times: a quota refuses one of them",
    "GET /v2/images/ID",
    "GET /v2/images/ID/members",
    "DELETE /v2/images/ID, twice",
];

/// The settings that are found out.
pub(super) const FINDS: [&str; 7] = [
    "image_tag_quota",
    "image_property_quota",
    "image_member_quota",
    "hashing_algorithm",
    "require_image_format_match",
    "show_image_direct_url",
    "show_multiple_locations",
];

/// How many tags, properties and members a quota is asked with.
const MANY: usize = 150;
const MEMBERS: usize = 200;

/// Makes the images, asks, and deletes them.
pub(super) async fn ask(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let mut made = Vec::new();
    let asked = probe(cloud, findings, &mut made).await;
    let mut left = Vec::new();
    for id in made {
        let path = format!("/v2/images/{id}");
        let deleted = cloud.send(Method::DELETE, &path, Sent::Nothing).await;
        if !deleted.is_ok_and(|reply| reply.status.is_success()) {
            left.push(id);
        }
    }
    asked?;
    if left.is_empty() {
        return Ok(());
    }
    Err(format!(
        "these images of our own could not be deleted: {}",
        left.join(", ")
    ))
}

async fn probe(
    cloud: &CloudSession,
    findings: &mut Findings,
    made: &mut Vec<String>,
) -> Result<(), String> {
    for format in ["raw", "qcow2"] {
        let image =
            json!({ "name": "lookalike-mimic", "disk_format": format, "container_format": "bare" });
        let reply = cloud
            .send(Method::POST, "/v2/images", Sent::Json(image))
            .await?;
        let id = reply.body.get("id").and_then(Value::as_str);
        let Some(id) = id.filter(|_| reply.status == StatusCode::CREATED) else {
            for what in FINDS {
                findings.unknown(what, format!("POST /v2/images answers {}", reply.status));
            }
            return Ok(());
        };
        made.push(id.to_owned());
    }
    let [raw, disk] = made.as_slice() else {
        return Ok(());
    };
    let image = format!("/v2/images/{raw}");
    tags(cloud, findings, &image).await?;
    properties(cloud, findings, &image).await?;
    members(cloud, findings, &image).await?;
    data(cloud, findings, &image).await?;
    let path = format!("/v2/images/{disk}/file");
    let reply = cloud
        .send(Method::PUT, &path, Sent::Data(b"data".to_vec()))
        .await?;
    match reply.status.as_u16() {
        204 => findings.setting(
            "require_image_format_match",
            false,
            "4 bytes were taken for a disk in the format qcow2",
        ),
        415 => findings.setting(
            "require_image_format_match",
            true,
            "4 bytes were not taken for a disk in the format qcow2",
        ),
        status => findings.unknown(
            "require_image_format_match",
            format!("an upload answers {status}"),
        ),
    }
    Ok(())
}

async fn tags(cloud: &CloudSession, findings: &mut Findings, image: &str) -> Result<(), String> {
    let tags: Vec<_> = (0..MANY).map(|number| format!("t{number}")).collect();
    let change = json!([{ "op": "replace", "path": "/tags", "value": tags }]);
    let reply = cloud
        .send(Method::PATCH, image, Sent::Patch(change))
        .await?;
    quota(findings, "image_tag_quota", &reply, MANY);
    Ok(())
}

async fn properties(
    cloud: &CloudSession,
    findings: &mut Findings,
    image: &str,
) -> Result<(), String> {
    let changes = (0..MANY)
        .map(|number| json!({ "op": "add", "path": format!("/mimic{number}"), "value": "x" }));
    let change = Value::Array(changes.collect());
    let reply = cloud
        .send(Method::PATCH, image, Sent::Patch(change))
        .await?;
    quota(findings, "image_property_quota", &reply, MANY);
    Ok(())
}

/// Members can only be added one by one.
async fn members(cloud: &CloudSession, findings: &mut Findings, image: &str) -> Result<(), String> {
    let path = format!("{image}/members");
    for number in 0..MEMBERS {
        let mut member = String::new();
        // Writing into a string does not fail.
        let _written = write!(member, "{number:032x}");
        let body = Sent::Json(json!({ "member": member }));
        let reply = cloud.send(Method::POST, &path, body).await?;
        if !reply.status.is_success() {
            quota(findings, "image_member_quota", &reply, number + 1);
            return Ok(());
        }
    }
    findings.unknown(
        "image_member_quota",
        format!("it is more than {MEMBERS}, or there is none"),
    );
    Ok(())
}

/// Reads a quota off the answer to a request that goes beyond it.
fn quota(findings: &mut Findings, name: &'static str, reply: &Reply, attempted: usize) {
    if reply.status.is_success() {
        findings.unknown(
            name,
            format!("it is at least {attempted}, or there is none"),
        );
        return;
    }
    let maximum = reply.text.split("Maximum: ").nth(1);
    let digits = maximum.map(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_digit);
        digits.collect::<String>()
    });
    match digits.and_then(|digits| digits.parse::<i64>().ok()) {
        Some(maximum) if reply.status == StatusCode::PAYLOAD_TOO_LARGE => {
            findings.setting(name, maximum, format!("{attempted} at once were refused"));
        }
        _ => findings.unknown(
            name,
            format!("the request for too many answers {}", reply.status),
        ),
    }
}

/// Fills an image, and reads what is shown of it.
async fn data(cloud: &CloudSession, findings: &mut Findings, image: &str) -> Result<(), String> {
    let bytes = Sent::Data(b"data".to_vec());
    let filled = cloud
        .send(Method::PUT, &format!("{image}/file"), bytes)
        .await?;
    let shown = cloud.document(image).await?.body;
    if filled.status != StatusCode::NO_CONTENT
        || shown.get("status").and_then(Value::as_str) != Some("active")
    {
        for what in [
            "hashing_algorithm",
            "show_image_direct_url",
            "show_multiple_locations",
        ] {
            findings.unknown(what, format!("an upload answers {}", filled.status));
        }
        return Ok(());
    }
    if let Some(algorithm) = shown.get("os_hash_algo").and_then(Value::as_str) {
        findings.setting("hashing_algorithm", algorithm, "os_hash_algo of an image");
    }
    let settings = [
        ("direct_url", "show_image_direct_url"),
        ("locations", "show_multiple_locations"),
    ];
    for (field, setting) in settings {
        findings.setting(
            setting,
            shown.get(field).is_some(),
            format!("whether an image has {field}"),
        );
    }
    Ok(())
}
