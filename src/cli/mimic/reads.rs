//! What reading tells.

use lookalike::dialect::{GlanceRelease, VersionFeatures, VersionList};
use serde_json::Value;

use super::files;
use super::findings::Findings;
use super::limits;
use super::session::{CloudSession, Reply};

/// The paths that are read.
pub(super) const PATHS: [&str; 8] = [
    "/",
    IMPORT,
    STORES,
    STORE_DETAIL,
    limits::USAGE,
    SCHEMA,
    LONG_LIST,
    MISSING,
];

const IMPORT: &str = "/v2/info/import";
const STORES: &str = "/v2/info/stores";
const STORE_DETAIL: &str = "/v2/info/stores/detail";
const SCHEMA: &str = "/v2/schemas/image";
const LONG_LIST: &str = "/v2/images?limit=100000";
const MISSING: &str = "/v2/images/00000000-0000-4000-8000-000000000000";

/// The import methods that a server of ours has.
const METHODS: [&str; 4] = [
    "glance-direct",
    "web-download",
    "copy-image",
    "glance-download",
];

/// The kinds of stores that a directory of ours can pass for.
const KINDS: [&str; 5] = ["rbd", "swift", "cinder", "s3", "vmware"];

/// What no request tells.
const NEVER: [&str; 10] = [
    "image_size_cap",
    "user_storage_quota",
    "image_location_quota",
    "delayed_delete",
    "property_protection_file",
    "allowed_origin",
    "import filters and plugins",
    "task_time_to_live",
    "max_request_id_length",
    "image_cache_max_size",
];

/// Asks what reading tells.
pub(super) async fn ask(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let stores = stores(cloud, findings).await?;
    versions(cloud, findings, stores > 1).await?;
    imports(cloud, findings).await?;
    schema(cloud, findings).await?;
    pages(cloud, findings).await?;
    errors(cloud, findings).await?;
    if let Some(region) = &cloud.region {
        findings.setting(
            "bootstrap_region",
            region.as_str(),
            "the region in the catalogue",
        );
    }
    for what in NEVER {
        findings.unknown(what, "no request tells it without changing something");
    }
    Ok(())
}

/// Finds the release that lists the same versions.
async fn versions(
    cloud: &CloudSession,
    findings: &mut Findings,
    several_stores: bool,
) -> Result<(), String> {
    let reply = cloud.get("/").await?;
    let list = reply.body.get("versions").and_then(Value::as_array);
    let Some(list) = list else {
        let start: String = reply.text.chars().take(200).collect();
        return Err(format!(
            "this is no Glance: GET / answers {} with {start}",
            reply.status
        ));
    };
    let found: Vec<_> = list
        .iter()
        .filter_map(|version| {
            Some((
                version.get("id")?.as_str()?,
                version.get("status")?.as_str()?,
            ))
        })
        .collect();
    let lists = |release: GlanceRelease, cache: bool| {
        let features = VersionFeatures {
            cache,
            several_stores,
        };
        let listed = VersionList::Glance.listed(release, features);
        listed
            .map(|version| (version.id, version.status))
            .eq(found.iter().copied())
    };
    let has_cache = cache(findings, |cache| {
        let mut releases = GlanceRelease::ALL.iter();
        releases.any(|release| lists(*release, cache))
    });
    let releases = GlanceRelease::ALL.iter().rev();
    let mut releases = releases.filter(|release| lists(**release, has_cache));
    if let Some(release) = releases.next() {
        let name = release.as_str();
        findings.setting(
            "glance_release",
            name,
            "the newest release that lists the same versions at GET /",
        );
        for other in releases {
            findings.unknown(
                "glance_release",
                format!("{other} lists the same versions as {name}"),
            );
        }
    } else {
        let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
        findings.unknown(
            "glance_release",
            format!("no release lists these versions: {}", ids.join(", ")),
        );
    }
    Ok(())
}

async fn imports(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let reply = cloud.document(IMPORT).await?;
    let Some(methods) = texts(reply.body.pointer("/import-methods/value")) else {
        findings.unknown(
            "enabled_import_methods",
            format!("GET {IMPORT} answers {}", reply.status),
        );
        return Ok(());
    };
    let (known, strange): (Vec<_>, Vec<_>) = methods
        .into_iter()
        .partition(|method| METHODS.contains(&method.as_str()));
    for method in strange {
        findings.unknown(
            "enabled_import_methods",
            format!("this program lacks the method {method}"),
        );
    }
    findings.setting("enabled_import_methods", known, format!("GET {IMPORT}"));
    Ok(())
}

/// Finds the stores, and returns how many there are.
async fn stores(cloud: &CloudSession, findings: &mut Findings) -> Result<usize, String> {
    let reply = cloud.document(STORE_DETAIL).await?;
    let (reply, path) = if reply.status.is_success() {
        (reply, STORE_DETAIL)
    } else {
        let why = "kind and weight of each";
        let why = format!("{why}: GET {STORE_DETAIL} answers {}", reply.status);
        findings.unknown("store", why);
        (cloud.document(STORES).await?, STORES)
    };
    let Some(stores) = reply.body.get("stores").and_then(Value::as_array) else {
        findings.unknown(
            "store",
            format!("GET {path} answers {}: one store", reply.status),
        );
        return Ok(1);
    };
    let named: Vec<_> = stores.iter().filter_map(store).collect();
    for kind in stores
        .iter()
        .filter_map(|store| store.get("type")?.as_str())
    {
        if !KINDS.contains(&kind) && !["file", "http"].contains(&kind) {
            findings.unknown(
                "store",
                format!("this program shows no store of the kind {kind}: it is a directory"),
            );
        }
    }
    let default = stores.iter().find(|store| store.get("default").is_some());
    if let Some(default) = default.and_then(|store| store.get("id")?.as_str()) {
        findings.setting("default_store", default, format!("GET {path}"));
    }
    let count = named.len();
    if count > 0 {
        findings.setting(
            "store",
            named,
            format!("GET {path}; all data lie with this server"),
        );
    }
    Ok(count)
}

/// Returns a store as the setting `store` names it.
fn store(store: &Value) -> Option<String> {
    let id = store.get("id")?.as_str()?;
    let text = |name: &str| store.get(name).and_then(Value::as_str);
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(description) = text("description") {
        query.append_pair("description", description);
    }
    if let Some(weight) = store
        .get("weight")
        .and_then(Value::as_i64)
        .filter(|weight| *weight != 0)
    {
        query.append_pair("weight", &weight.to_string());
    }
    let kind = text("type").unwrap_or("file");
    if kind == "http" {
        return Some(format!("{id}=http:?{}", query.finish()));
    }
    if store.get("read-only").is_some() {
        query.append_pair("read_only", "true");
    }
    if KINDS.contains(&kind) {
        query.append_pair("type", kind);
    }
    Some(format!("{id}=file:?{}", query.finish()))
}

/// Finds out whether there is an image cache: `is_listed` says whether a release lists the same versions with one, or without.
/// (`GET /v2/cache` is refused to who may not manage a cache, whether there is one or not.)
fn cache(findings: &mut Findings, is_listed: impl Fn(bool) -> bool) -> bool {
    match (is_listed(true), is_listed(false)) {
        (true, false) => {
            let why = "GET / lists the versions of a server with a cache";
            findings.file("image_cache_dir", files::CACHE, why);
            true
        }
        (false, true) => false,
        _ => {
            let why = "the versions at GET / do not tell";
            findings.unknown("image_cache_dir", why);
            false
        }
    }
}

/// Finds the formats and the custom properties.
async fn schema(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let reply = cloud.document(SCHEMA).await?;
    let Some(properties) = reply.body.get("properties").and_then(Value::as_object) else {
        findings.unknown(
            "disk_formats, container_formats",
            format!("GET {SCHEMA} answers {}", reply.status),
        );
        return Ok(());
    };
    for (field, setting) in [
        ("disk_format", "disk_formats"),
        ("container_format", "container_formats"),
    ] {
        match texts(properties.get(field).and_then(|field| field.get("enum"))) {
            Some(formats) => findings.setting(setting, formats, format!("GET {SCHEMA}")),
            None => findings.unknown(setting, "the schema lists none"),
        }
    }
    for (name, about) in properties {
        let mut about = about.clone();
        let Some(fields) = about.as_object_mut() else {
            continue;
        };
        if fields.shift_remove("is_base") == Some(Value::Bool(false)) {
            findings.properties.insert(name.clone(), about);
        }
    }
    if !findings.properties.is_empty() {
        findings.file(
            "schema_image_file",
            files::SCHEMA,
            format!("GET {SCHEMA}: the properties that are not Glance's own"),
        );
    }
    if reply.body.get("additionalProperties") == Some(&Value::Bool(false)) {
        findings.unknown(
            "allow_additional_image_properties",
            "the cloud refuses properties beyond the schema",
        );
    }
    Ok(())
}

/// Finds limits of pages, as far as there are images enough.
async fn pages(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    for (path, setting) in [
        ("/v2/images", "limit_param_default"),
        (LONG_LIST, "api_limit_max"),
    ] {
        let reply = cloud.document(path).await?;
        let images = reply.body.get("images").and_then(Value::as_array);
        let shown = images.map_or(0, Vec::len);
        if reply.body.get("next").is_some() && shown > 0 {
            let shown = i64::try_from(shown).unwrap_or(i64::MAX);
            findings.setting(
                setting,
                shown,
                format!("the length of the first page of GET {path}"),
            );
        } else {
            findings.unknown(
                setting,
                format!("it is at least {shown}: there are not more images to see"),
            );
        }
    }
    Ok(())
}

/// Checks that errors have the form that ours have.
async fn errors(cloud: &CloudSession, findings: &mut Findings) -> Result<(), String> {
    let reply = cloud.get(MISSING).await?;
    if reply.status != 404 || !has_usual_form(&reply) {
        let start: String = reply.text.chars().take(100).collect();
        let why = format!(
            "GET {MISSING} answers {} with {start:?}: something stands before Glance",
            reply.status
        );
        findings.unknown("the form of errors", why);
    }
    Ok(())
}

/// Returns whether an error is a page, as Glance's are, or the document that is asked for by `Accept`.
fn has_usual_form(reply: &Reply) -> bool {
    let kind = reply.headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    (kind.starts_with("text/html") && reply.text.contains("<title>404 Not Found</title>"))
        || (kind.starts_with("application/json") && reply.body.get("title").is_some())
}

fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    let values = value?.as_array()?.iter();
    Some(
        values
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    )
}
