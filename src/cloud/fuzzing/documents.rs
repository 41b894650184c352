//! Documents: patches, policies, seeds.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::domain::caller::{Caller, CallerAsOwner};
use crate::domain::image_rules::ImageRules;
use crate::domain::patch::{self, PatchFormat};
use crate::domain::policy::{Policy, PolicySources, Rule};
use crate::domain::schema::{CustomProperties, Schemas};
use crate::domain::seed::Seed;

static SCHEMAS: LazyLock<Option<Schemas>> = LazyLock::new(|| {
    let formats = ["raw", "qcow2", "bare"].map(str::to_owned);
    let custom = CustomProperties::default();
    Schemas::new(&formats, &formats, &custom, &ImageRules::GLANCE).ok()
});

/// The document of an image, as far as patches change it.
fn document() -> Map<String, Value> {
    let document = json!({
        "name": null, "visibility": "shared", "protected": false, "os_hidden": false, "min_ram": 0,
        "min_disk": 0, "disk_format": "raw", "container_format": "bare", "owner": "x", "tags": [],
        "locations": [], "a": "b", "a/b": "c", "a~b": "d", "": "e",
    });
    match document {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A patch in either media type.
pub(super) fn patch(data: &[u8]) {
    let (Ok(body), Some(schemas)) = (serde_json::from_slice(data), SCHEMAS.as_ref()) else {
        return;
    };
    for form in [PatchFormat::V20, PatchFormat::V21] {
        let Ok(operations) = patch::read(&body, form, schemas) else {
            continue;
        };
        drop(patch::original_values(&operations));
        let mut document = document();
        for operation in operations {
            let before = document.clone();
            if operation.apply(&mut document).is_err() {
                assert!(document == before, "a refused operation changes nothing");
            }
        }
    }
}

/// A policy file, and every rule of it for two callers.
pub(super) fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for new_defaults in [true, false] {
        let files = [text];
        let sources = PolicySources {
            files: &files,
            new_defaults,
            ..PolicySources::default()
        };
        let Ok(policy) = Policy::compile(sources) else {
            continue;
        };
        drop(policy.undefined());
        let member = Caller {
            project: Some("p".into()),
            roles: vec!["member".into(), "reader".into()],
            ..Caller::default()
        };
        for caller in [Caller::default(), member] {
            for rule in Rule::ALL {
                let own = CallerAsOwner(&caller);
                let allowed = policy.allows(*rule, &caller, &own);
                assert!(allowed == policy.allows(*rule, &caller, &own));
                let without_target = policy.allows(*rule, &caller, &());
                assert!(without_target == policy.allows(*rule, &caller, &()));
            }
        }
    }
}

/// A seed in YAML, and the images in it.
pub(super) fn seed(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (Ok(seed), Some(schemas)) = (Seed::parse("fuzzed", text, None), SCHEMAS.as_ref()) else {
        return;
    };
    for image in &seed.document.images {
        drop(image.value.label().to_owned());
        if let Ok(made) = image
            .value
            .image("00000000-0000-0000-0000-000000000000", schemas)
        {
            drop(image.value.source(&made));
        }
    }
}
