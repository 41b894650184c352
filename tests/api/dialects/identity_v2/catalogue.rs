//! The catalogue in the answer to a log-in.

use serde_json::{Value, json};

use super::{FILES, KEY, enter, key, password, rackspace, user_admin, with};

/// The endpoints of the service of this name.
fn endpoints(access: &Value, name: &str) -> Value {
    let services = access["serviceCatalog"].as_array().unwrap();
    let service = services.iter().find(|service| service["name"] == name);
    service.unwrap()["endpoints"].clone()
}

#[tokio::test]
async fn it_names_images_and_files_of_the_region() {
    let glance = rackspace().await;
    let (_, access) = user_admin(&glance).await;
    let url = glance.url();
    let images = json!([{
        "region": "ORD",
        "tenantId": "929418",
        "publicURL": format!("{url}/v2"),
        "internalURL": format!("{url}/snet/v2"),
    }]);
    assert_eq!(endpoints(&access, "cloudImages"), images);
    let files = json!([{
        "region": "ORD",
        "tenantId": FILES,
        "publicURL": format!("{url}/v1/{FILES}"),
        "internalURL": format!("{url}/snet/v1/{FILES}"),
    }]);
    assert_eq!(endpoints(&access, "cloudFiles"), files);
    let mut kinds: Vec<_> = access["serviceCatalog"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    kinds.retain(|service| service["type"] == "identity");
    assert!(kinds.is_empty());
}

#[tokio::test]
async fn its_urls_lead_to_the_same_server() {
    let glance = rackspace().await;
    let (person, access) = enter(&glance, password("admin", "secret")).await;
    let images = &endpoints(&access, "cloudImages")[0];
    for url in ["publicURL", "internalURL"] {
        let url = images[url].as_str().unwrap();
        let client = glance.at(url, person.token());
        let list = client.get("/images?limit=1").await.is(200);
        assert_eq!(list["images"].as_array().unwrap().len(), 1);
    }
    let cdn = endpoints(&access, "cloudFilesCDN");
    let cdn = glance.at(cdn[0]["publicURL"].as_str().unwrap(), person.token());
    cdn.get("/container").await.is(404);
}

#[tokio::test]
async fn no_container_is_on_the_network_for_content() {
    let glance = rackspace().await;
    let (person, access) = enter(&glance, password("admin", "secret")).await;
    let cdn = endpoints(&access, "cloudFilesCDN");
    let cdn = glance.at(cdn[0]["publicURL"].as_str().unwrap(), person.token());
    let put = |enabled| cdn.put("/container").header("X-CDN-Enabled", enabled);
    put("False").await.is(202);
    put("True").await.is(404);
    cdn.put("/container").await.is(404);
    cdn.get("/container").await.is(404);
}

#[tokio::test]
async fn for_the_tenant_of_the_files_it_has_nothing_else() {
    let glance = rackspace().await;
    let auth = with(key("rackspace", KEY), "tenantId", FILES);
    let (_, access) = enter(&glance, auth).await;
    let services = access["serviceCatalog"].as_array().unwrap();
    let names: Vec<_> = services.iter().map(|service| &service["name"]).collect();
    assert_eq!(names, ["cloudFiles", "cloudFilesCDN"]);
}

#[tokio::test]
async fn a_region_of_the_settings_stands_in_place_of_the_default() {
    let glance = crate::glance::glance_with(|config| {
        config.dialect.dialect = &lookalike::dialect::RACKSPACE;
        config.bootstrap_region = "LON".into();
    })
    .await;
    let (_, access) = user_admin(&glance).await;
    assert_eq!(access["user"]["RAX-AUTH:defaultRegion"], "LON");
    assert_eq!(endpoints(&access, "cloudImages")[0]["region"], "LON");
}

#[tokio::test]
async fn each_region_has_an_endpoint_and_the_first_is_the_default() {
    let glance = crate::glance::glance_with(|config| {
        config.dialect.dialect = &lookalike::dialect::RACKSPACE;
        config.regions = vec!["DFW".into(), "IAD".into()];
    })
    .await;
    let (_, access) = user_admin(&glance).await;
    assert_eq!(access["user"]["RAX-AUTH:defaultRegion"], "DFW");
    for name in ["cloudImages", "cloudFiles"] {
        let endpoints = endpoints(&access, name);
        let regions: Vec<_> = endpoints.as_array().unwrap().iter().collect();
        let regions: Vec<_> = regions.iter().map(|entry| &entry["region"]).collect();
        assert_eq!(regions, ["DFW", "IAD"]);
    }
}
