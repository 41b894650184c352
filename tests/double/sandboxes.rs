//! Sandboxes with settings of their own.

use lookalike::dialect::{GlanceRelease, PCD};
use lookalike::{SandboxError, Seed, Server};
use serde_json::Value;

use crate::Outcome;
use crate::clients::Person;

#[tokio::test]
async fn a_sandbox_begins_with_its_own_seeds_and_the_server_stays_empty() -> Outcome {
    let glance = Server::start().await?;
    let seed = |name: &str| {
        let images = format!("images: [{{name: {name}, visibility: public}}]");
        Seed::parse(name, &images, None)
    };
    let sandbox = glance
        .sandbox_builder()
        .name("mine")
        .seed(seed("one")?)
        .seed(seed("two")?);
    let sandbox = sandbox.start().await?;
    assert_eq!(sandbox.name(), Some("mine"));
    let mut names = Person::of(&sandbox).await?.names().await?;
    names.sort();
    assert_eq!(names, ["one", "two"]);
    assert!(Person::of(&glance).await?.names().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_sandbox_is_like_a_release_of_glance_of_its_own() -> Outcome {
    let glance = Server::start().await?;
    let old = glance.sandbox_builder();
    let old = old.configure(|value| value.dialect.glance_release = Some(GlanceRelease::Train));
    let old = old.start().await?;
    let versions = async |url: String| -> Result<Value, reqwest::Error> {
        reqwest::get(url).await?.json().await
    };
    let newest = |document: Value| document.pointer("/versions/0/id").cloned();
    let (ours, old) = (versions(glance.url()).await?, versions(old.url()).await?);
    assert_eq!(newest(old), Some("v2.9".into()));
    assert_ne!(newest(ours), Some("v2.9".into()));
    Ok(())
}

#[tokio::test]
async fn a_sandbox_answers_like_another_cloud_whichever_is_said_first() -> Outcome {
    let glance = Server::start().await?;
    let quota = |value: &mut lookalike::Config| value.images.image_size_cap = 7;
    let one = glance
        .sandbox_builder()
        .dialect(&PCD)
        .configure(quota)
        .start()
        .await?;
    let other = glance
        .sandbox_builder()
        .configure(quota)
        .dialect(&PCD)
        .start()
        .await?;
    for sandbox in [one, other] {
        let settings = sandbox.settings().await;
        assert_eq!(settings.get("dialect"), Some(&"pcd".into()));
        assert_eq!(settings.get("image_size_cap"), Some(&7.into()));
    }
    Ok(())
}

#[tokio::test]
async fn a_sandbox_with_an_impossible_name_is_refused() -> Outcome {
    let glance = Server::start().await?;
    let refused = glance.sandbox_builder().name("").start().await.map(drop);
    assert!(matches!(refused, Err(SandboxError::Name)), "{refused:?}");
    Ok(())
}
