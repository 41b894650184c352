//! Every route, as somebody of another project tries it on an image that is not shared with him. The
//! routes come from the server's own table: one that is not judged here fails.

use std::collections::BTreeMap;

use super::shapes::{Caller, SCHEMAS, Shape, shapes};
use super::world::{self, World};
use super::{answered, known_to_the_server};
use crate::glance::glance_with;

/// What a route is to somebody of another project.
#[derive(Clone, Copy, Debug)]
enum Reach {
    /// It is about an image that is not there for him: 404.
    Hidden,
    /// It is for others: 403.
    Closed,
    /// It is for everybody, and shows and changes nothing of the image.
    Open,
}

use Reach::{Closed, Hidden, Open};

/// What each route is.
const ROUTES: [(Reach, &[&str]); 4] = [
    (
        Hidden,
        &[
            "GET /v2/images/{image}",
            "PATCH /v2/images/{image}",
            "DELETE /v2/images/{image}",
            "GET /v2/images/{image}/file",
            "PUT /v2/images/{image}/file",
            "GET /v2/images/{image}/locations",
            "POST /v2/images/{image}/locations",
            "POST /v2/images/{image}/actions/deactivate",
            "POST /v2/images/{image}/actions/reactivate",
            "PUT /v2/images/{image}/tags/{tag}",
            "DELETE /v2/images/{image}/tags/{tag}",
            "GET /v2/images/{image}/members",
            "POST /v2/images/{image}/members",
            "GET /v2/images/{image}/members/{member}",
            "PUT /v2/images/{image}/members/{member}",
            "DELETE /v2/images/{image}/members/{member}",
            "GET /v2/images/{image}/tasks",
            "PUT /v2/images/{image}/stage",
            "POST /v2/images/{image}/import",
            "DELETE /v2/stores/{store}/{image}",
            "PUT /v2/cache/{image}",
        ],
    ),
    (
        Closed,
        &[
            "GET /v2/tasks",
            "POST /v2/tasks",
            "GET /v2/tasks/{task}",
            "DELETE /v2/tasks/{task}",
            "GET /v2/info/stores/detail",
            "GET /v2/cache",
            "DELETE /v2/cache",
            "DELETE /v2/cache/{image}",
            "GET /v2/cache/nodes/{image}",
            "POST /v2/cache/clean",
            "POST /v2/cache/prune",
            "GET /v2/cached_images",
            "DELETE /v2/cached_images",
            "DELETE /v2/cached_images/{image}",
            "GET /v2/queued_images",
            "DELETE /v2/queued_images",
            "PUT /v2/queued_images/{image}",
            "DELETE /v2/queued_images/{image}",
            "POST /v2/metadefs/namespaces",
            "PUT /v2/metadefs/namespaces/{namespace}",
            "DELETE /v2/metadefs/namespaces/{namespace}",
            "POST /v2/metadefs/namespaces/{namespace}/objects",
            "DELETE /v2/metadefs/namespaces/{namespace}/objects",
            "PUT /v2/metadefs/namespaces/{namespace}/objects/{object}",
            "DELETE /v2/metadefs/namespaces/{namespace}/objects/{object}",
            "POST /v2/metadefs/namespaces/{namespace}/properties",
            "DELETE /v2/metadefs/namespaces/{namespace}/properties",
            "PUT /v2/metadefs/namespaces/{namespace}/properties/{property}",
            "DELETE /v2/metadefs/namespaces/{namespace}/properties/{property}",
            "POST /v2/metadefs/namespaces/{namespace}/tags",
            "DELETE /v2/metadefs/namespaces/{namespace}/tags",
            "POST /v2/metadefs/namespaces/{namespace}/tags/{tag}",
            "PUT /v2/metadefs/namespaces/{namespace}/tags/{tag}",
            "DELETE /v2/metadefs/namespaces/{namespace}/tags/{tag}",
            "POST /v2/metadefs/namespaces/{namespace}/resource_types",
            "DELETE /v2/metadefs/namespaces/{namespace}/resource_types/{resource_type}",
        ],
    ),
    (Open, &SCHEMAS),
    (
        Open,
        &[
            "GET /v2/images",
            "POST /v2/images",
            "GET /v2/info/import",
            "GET /v2/info/stores",
            "GET /v2/info/usage",
            // The namespace of the test is public.
            "GET /v2/metadefs/resource_types",
            "GET /v2/metadefs/namespaces",
            "GET /v2/metadefs/namespaces/{namespace}",
            "GET /v2/metadefs/namespaces/{namespace}/objects",
            "GET /v2/metadefs/namespaces/{namespace}/objects/{object}",
            "GET /v2/metadefs/namespaces/{namespace}/properties",
            "GET /v2/metadefs/namespaces/{namespace}/properties/{property}",
            "GET /v2/metadefs/namespaces/{namespace}/tags",
            "GET /v2/metadefs/namespaces/{namespace}/tags/{tag}",
            "GET /v2/metadefs/namespaces/{namespace}/resource_types",
        ],
    ),
];

/// Tries a route as a stranger, and says what was not as it should be.
async fn attempt(world: &World<'_>, shape: &Shape, reach: Reach) -> Result<(), String> {
    let before = world.everything().await;
    let answer = world.send(shape, Caller::Stranger, shape.good()).await;
    answered(
        &answer,
        match reach {
            Hidden => 404,
            Closed => 403,
            Open => shape.gives,
        },
    )?;
    let text = answer.text();
    if text.contains("olga") || text.contains("cirros") {
        return Err(format!("shows {text}"));
    }
    if matches!(reach, Open) && text.contains(&world.image().id) {
        return Err(format!("shows the image: {text}"));
    }
    let after = world.everything().await;
    if before != after {
        return Err(format!("{before} became {after}"));
    }
    Ok(())
}

#[tokio::test]
async fn no_route_shows_or_changes_the_image_of_another_project() {
    let mut judged: BTreeMap<&str, Reach> = BTreeMap::new();
    for (reach, routes) in ROUTES {
        judged.extend(routes.iter().map(|route| (*route, reach)));
    }
    let shapes = shapes();
    let mut tried: Vec<(&Shape, Reach)> = Vec::new();
    let mut wrong = Vec::new();
    for route in known_to_the_server() {
        let shape = shapes.iter().find(|shape| shape.route == route);
        match (judged.remove(&*route), shape) {
            (Some(reach), Some(shape)) => tried.push((shape, reach)),
            _ => wrong.push(format!("{route}: nobody says what strangers get")),
        }
    }
    wrong.extend(judged.keys().map(|route| format!("{route}: no such route")));
    // Nothing changes, so one world is enough for all that are tried on an image in the same state.
    while let Some((first, _)) = tried.first() {
        let state = first.image;
        let home = tempfile::tempdir().unwrap();
        let glance = glance_with(|config| world::settings(config, home.path())).await;
        let world = World::new(&glance, state).await;
        for (shape, reach) in tried.extract_if(.., |(shape, _)| shape.image == state) {
            if let Err(reason) = attempt(&world, shape, reach).await {
                wrong.push(format!("{}: {reason}", shape.route));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
