//! Uploads of signed images.

use serde_json::json;

use super::{DATA, LARGE, bad, cases, certificates, glance, good, image, is_queued, property};
use crate::glance::glance_with;

const MISMATCH: &str =
    "Signature verification failed for image {id}: Signature verification failed";

#[tokio::test]
async fn signatures_are_judged_as_glance_judges_them() {
    let glance = glance().await;
    let alice = glance.person("alice");
    for case in cases() {
        let image = image(&alice, case["properties"].clone()).await;
        let data = if case["large"] == true {
            vec![0; LARGE]
        } else {
            DATA.into()
        };
        let answer = alice.upload(&image, data).await;
        let name = &case["name"];
        assert_eq!(
            json!(answer.status),
            case["status"],
            "{name}: {}",
            answer.text()
        );
        if let Some(message) = case["message"].as_str() {
            let expected = message.replace("{image}", &image.id);
            assert_eq!(answer.message().0, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn data_that_was_not_signed_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        super::with_certificates(config);
        config.ephemeral = false;
        home.path().clone_into(&mut config.data);
    })
    .await;
    let alice = glance.person("alice");
    let image = image(&alice, good()).await;
    for data in ["other data".to_owned(), "x".repeat(LARGE)] {
        alice.upload(&image, data).await.is(400).says(MISMATCH);
        is_queued(&alice.see(&image).await);
    }
    let images = home.path().join("images");
    let files = images
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().file_name());
    let files: Vec<_> = files.map(|name| name.into_string().unwrap()).collect();
    assert!(
        !files.iter().any(|name| name.starts_with(&image.id)),
        "{files:?}"
    );
    alice.upload(&image, DATA).await.is(204);
}

#[tokio::test]
async fn without_all_four_properties_nothing_is_checked() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let names: Vec<_> = bad().as_object().unwrap().keys().cloned().collect();
    for name in names {
        let mut properties = bad();
        properties.as_object_mut().unwrap().remove(&name);
        let image = image(&alice, properties).await;
        alice.upload(&image, DATA).await.is(204);
    }
}

#[tokio::test]
async fn the_signature_goes_before_the_format() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let mut properties = bad();
    properties["disk_format"] = "qcow2".into();
    let unsigned = image(&alice, properties.clone()).await;
    alice.upload(&unsigned, DATA).await.is(400).says(MISMATCH);
    let mut properties = good();
    properties["disk_format"] = "qcow2".into();
    let signed = image(&alice, properties).await;
    alice.upload(&signed, DATA).await.is(415);
}

#[tokio::test]
async fn the_size_goes_before_the_signature() {
    let glance = glance().await;
    let alice = glance.person("alice");
    let image = image(&alice, bad()).await;
    let upload = alice
        .upload(&image, DATA)
        .header("x-openstack-image-size", "7");
    upload
        .await
        .is(400)
        .says("Size exceeds: expected 7 bytes, got 26 bytes");
}

#[tokio::test]
async fn without_a_key_manager_signed_images_are_refused() {
    let glance = glance_with(|_| {}).await;
    let alice = glance.person("alice");
    let image = image(&alice, good()).await;
    let id = property(&good(), "img_signature_certificate_uuid");
    let answer = alice.upload(&image, DATA).await.is(400);
    answer.says(&format!(
        "Signature verification failed for image {{id}}: Signature verification for the image failed: Unable to \
         retrieve certificate with ID: {id}."
    ));
    is_queued(&alice.see(&image).await);
}

#[tokio::test]
async fn a_certificate_may_be_added_while_the_server_runs() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| {
        config.signatures.certificates = Some(home.path().to_owned());
    })
    .await;
    let alice = glance.person("alice");
    let image = image(&alice, good()).await;
    alice.upload(&image, DATA).await.is(400);

    let name = format!(
        "{}.pem",
        property(&good(), "img_signature_certificate_uuid")
    );
    std::fs::copy(certificates().join(&name), home.path().join(&name)).unwrap();

    alice.upload(&image, DATA).await.is(204);
}

#[tokio::test]
async fn a_certificate_may_be_der() {
    let home = tempfile::tempdir().unwrap();
    let id = property(&good(), "img_signature_certificate_uuid");
    let pem = std::fs::read(certificates().join(format!("{id}.pem"))).unwrap();
    let der = x509_cert::der::pem::decode_vec(&pem).unwrap().1;
    std::fs::write(home.path().join(format!("{id}.der")), der).unwrap();
    let glance = glance_with(|config| {
        config.signatures.certificates = Some(home.path().to_owned());
    })
    .await;
    let alice = glance.person("alice");
    let image = image(&alice, good()).await;
    alice.upload(&image, DATA).await.is(204);
}

#[tokio::test]
async fn a_file_that_is_no_certificate_is_named() {
    let home = tempfile::tempdir().unwrap();
    let id = property(&good(), "img_signature_certificate_uuid");
    std::fs::write(home.path().join(format!("{id}.pem")), "no certificate").unwrap();
    let glance = glance_with(|config| {
        config.signatures.certificates = Some(home.path().to_owned());
    })
    .await;
    let alice = glance.person("alice");
    let image = image(&alice, good()).await;
    let answer = alice.upload(&image, DATA).await.is(400);
    answer.begins("Unable to load the certificate: ");
    is_queued(&alice.see(&image).await);
}
