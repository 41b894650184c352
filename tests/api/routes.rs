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

/// Sends something to each route, and collects what was not as it should be. Those that change something have a world of
/// their own; the others share one if they are tried on an image in the same state.
async fn each(
    changes: impl Fn(&Shape) -> bool,
    mut attempt: impl AsyncFnMut(&World<'_>, &Shape) -> Result<(), String>,
) {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config| world::settings(config, home.path())).await;
    let mut shapes = shapes();
    shapes.sort_by_key(|shape| (changes(shape), shape.image));
    let (mut wrong, mut last) = (Vec::new(), None);
    for shape in &shapes {
        let world = match last.take() {
            Some((world, state)) if state == shape.image => world,
            _ => {
                glance.control().post("/reset").await.is(204);
                World::new(&glance, shape.image).await
            }
        };
        if let Err(reason) = attempt(&world, shape).await {
            wrong.push(format!("{}: {reason}", shape.route));
        }
        if !changes(shape) {
            last = Some((world, shape.image));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is refused changes nothing.
fn nothing(_: &Shape) -> bool {
    false
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
    let changes = |shape: &Shape| !shape.route.starts_with("GET ");
    each(changes, async |world, shape| {
        let answer = world.send(shape, shape.caller, shape.good()).await;
        answered(&answer, shape.gives)
    })
    .await;
}

#[tokio::test]
async fn asks_for_a_token() {
    each(nothing, async |world, shape| {
        let answer = world.send_without_token(shape).await;
        answered(&answer, 401)
    })
    .await;
}

#[tokio::test]
async fn refuses_who_may_not() {
    each(nothing, async |world, shape| {
        let (caller, status) = shape.refuses;
        let answer = world.send(shape, caller, shape.good()).await;
        answered(&answer, status)
    })
    .await;
}

#[tokio::test]
async fn refuses_a_body_that_is_none() {
    let changes = |shape: &Shape| matches!(shape.bad, Bad::Unread);
    each(changes, async |world, shape| {
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
