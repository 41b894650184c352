//! Many at once: one wins, and nothing is left half.

use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::json;

use super::{NAMESPACES, at, full};
use crate::glance::{Request, glance};

async fn at_once(requests: impl IntoIterator<Item = Request>) -> Vec<u16> {
    let answers = join_all(requests.into_iter().map(IntoFuture::into_future)).await;
    let mut statuses: Vec<_> = answers.into_iter().map(|it| it.status).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_who_want_a_name_one_gets_it() {
    let glance = glance().await;
    let admin = glance.admin();
    let ten = (0..10).map(|_| admin.post(NAMESPACES).json(full("A")));
    let statuses = at_once(ten).await;
    assert_eq!((statuses[0], &statuses[1..]), (201, &[409; 9][..]));
    for (path, body) in [
        ("/objects", json!({ "name": "o" })),
        (
            "/properties",
            json!({ "name": "p", "title": "", "type": "string" }),
        ),
        ("/resource_types", json!({ "name": "r" })),
    ] {
        let ten = (0..10).map(|_| admin.post(at("A", path)).json(body.clone()));
        let statuses = at_once(ten).await;
        assert_eq!(
            (statuses[0], &statuses[1..]),
            (201, &[409; 9][..]),
            "{path}"
        );
    }
    let tags = (0..10).map(|_| admin.post(at("A", "/tags/t")));
    assert_eq!(at_once(tags).await[..2], [201, 409]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_goes_takes_what_comes_meanwhile() {
    let glance = glance().await;
    let admin = glance.admin();
    for round in 0..10 {
        admin.namespace(full("A")).await;
        let mut requests: Vec<_> = (0..8)
            .map(|it| admin.post(at("A", &format!("/tags/{it}"))))
            .collect();
        requests.insert(round % 8, admin.delete(at("A", "")));
        let statuses = at_once(requests).await;
        let fine = |it: &u16| [201, 204, 404].contains(it);
        assert!(statuses.iter().all(fine), "{statuses:?}");
        admin.get(at("A", "")).await.is(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn namespaces_for_the_same_new_types_do_not_wait_for_each_other_forever() {
    let glance = glance().await;
    let admin = glance.admin();
    let requests = (0..10).map(|it| {
        let mut types = [json!({ "name": "a" }), json!({ "name": "b" })];
        if it % 2 == 0 {
            types.reverse();
        }
        let fields = json!({ "namespace": format!("n{it}"), "resource_type_associations": types });
        admin.post(NAMESPACES).json(fields)
    });
    assert_eq!(at_once(requests).await, [201; 10]);
}
