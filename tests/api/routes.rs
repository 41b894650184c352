//! Every route of the API answers in four ways: it does what it is for, asks for a token, refuses
//! who may not, and refuses a body that is none. The routes come from the server's own table, so
//! that none can be added without saying here what it does.

mod shapes;
mod strangers;
mod world;

use std::collections::BTreeSet;

use shapes::{Bad, Shape, shapes};
use world::World;

use super::glance::{Answer, glance_with};

/// A route as it is written here: `GET /v2/images/{image}`.
fn known_to_the_server() -> BTreeSet<String> {
    let routes = lookalike::routes(&lookalike::dialect::DEFAULT).into_iter();
    routes
        .map(|it| format!("{} {}", it.method, it.path))
        .collect()
}

#[test]
fn every_route_has_a_shape_and_every_shape_a_route() {
    let shaped: BTreeSet<_> = shapes().iter().map(|it| it.route.to_owned()).collect();
    let known = known_to_the_server();
    let missing: Vec<_> = known.difference(&shaped).collect();
    let invented: Vec<_> = shaped.difference(&known).collect();
    assert!(missing.is_empty(), "routes without a shape: {missing:#?}");
    assert!(invented.is_empty(), "shapes without a route: {invented:#?}");
}

/// Sends something to each route, in a world of its own, and collects what was not as it should be.
async fn each(mut try_it: impl AsyncFnMut(&World, &Shape) -> Result<(), String>) {
    let mut wrong = Vec::new();
    for shape in shapes() {
        let home = tempfile::tempdir().unwrap();
        let glance = glance_with(|config| world::settings(config, home.path())).await;
        let world = World::new(glance, shape.image).await;
        if let Err(reason) = try_it(&world, &shape).await {
            wrong.push(format!("{}: {reason}", shape.route));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn answered(answer: &Answer, status: u16) -> Result<(), String> {
    if answer.status == status {
        return Ok(());
    }
    Err(format!(
        "{} instead of {status}: {}",
        answer.status,
        answer.text()
    ))
}

fn told(answer: &Answer, status: u16, words: &str) -> Result<(), String> {
    answered(answer, status)?;
    let (said, _) = answer.message();
    if said == words {
        return Ok(());
    }
    Err(format!("said {said:?}"))
}

#[tokio::test]
async fn does_what_it_is_for() {
    each(async |world, shape| {
        let answer = world.send(shape, shape.caller, shape.good()).await;
        answered(&answer, shape.gives)
    })
    .await;
}

#[tokio::test]
async fn asks_for_a_token() {
    each(async |world, shape| {
        let answer = world.send_without_token(shape).await;
        answered(&answer, 401)
    })
    .await;
}

#[tokio::test]
async fn refuses_who_may_not() {
    each(async |world, shape| {
        let (caller, status) = shape.refuses;
        let answer = world.send(shape, caller, shape.good()).await;
        answered(&answer, status)
    })
    .await;
}

#[tokio::test]
async fn refuses_a_body_that_is_none() {
    each(async |world, shape| {
        let answer = world
            .send(shape, shape.caller, Some(shape.bad.payload()))
            .await;
        match shape.bad {
            Bad::Unexpected => told(&answer, 400, "A body is not expected with this request."),
            Bad::Malformed => told(&answer, 400, "Malformed JSON in request body."),
            Bad::MediaType => answered(&answer, 415),
            Bad::Unread => answered(&answer, shape.gives),
        }
    })
    .await;
}
