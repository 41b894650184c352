//! What clients of a cloud are configured with.

use lookalike::Server;
use lookalike::dialect::{PCD, RACKSPACE};

use crate::Outcome;

#[tokio::test]
async fn variables_lead_into_the_cloud_by_its_keystone() -> Outcome {
    let glance = Server::start().await?;
    let sandbox = glance.sandbox().await?;
    let variables = sandbox.cloud().variables("demo", "demo");
    assert!(variables.contains(&("OS_AUTH_URL", format!("{}/identity/v3", sandbox.url()))));
    assert!(variables.contains(&("OS_USERNAME", "demo".to_owned())));
    assert!(
        sandbox
            .cloud()
            .openrc("demo", "demo")
            .contains(&sandbox.auth_url())
    );
    Ok(())
}

#[tokio::test]
async fn the_url_of_keystone_is_where_the_dialect_has_it() -> Outcome {
    let glance = Server::builder().dialect(&PCD).start().await?;
    let versions = reqwest::get(glance.auth_url()).await?;
    assert_eq!(versions.status(), 200);
    assert_eq!(glance.auth_url(), glance.cloud().identity);
    Ok(())
}

#[tokio::test]
async fn only_a_cloud_with_identity_v2_has_a_way_in_by_api_key() -> Outcome {
    let glance = Server::start().await?;
    assert!(glance.cloud_by_key().is_none());
    let rackspace = glance.sandbox_builder().dialect(&RACKSPACE).start().await?;
    let access = rackspace.cloud_by_key().ok_or("no way in")?;
    assert_eq!(access.identity, format!("{}/v2.0/", rackspace.url()));
    Ok(())
}
