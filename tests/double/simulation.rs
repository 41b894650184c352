//! Faults, and the journal of what clients sent.

use lookalike::{Filter, Server};
use serde_json::json;

use crate::Outcome;
use crate::clients::Person;

#[tokio::test]
async fn a_fault_that_is_removed_strikes_no_more_and_the_others_do() -> Outcome {
    let glance = Server::start().await?;
    let demo = Person::of(&glance).await?;
    let broken =
        |status| json!({ "match": { "path": "/v2/images" }, "fault": { "status": status } });
    let first = glance.fault(broken(503)).await?;
    let second = glance.fault(broken(500)).await?;
    assert_eq!(demo.status().await?, 503);

    glance.remove_fault(&first).await?;

    assert_eq!(demo.status().await?, 500);
    let left = glance.faults().await;
    assert_eq!(
        left.iter().map(|fault| &fault.id).collect::<Vec<_>>(),
        [&second]
    );
    assert_eq!(left.first().map(|fault| fault.struck), Some(1));
    glance.clear_faults().await;
    assert_eq!(demo.status().await?, 200);
    Ok(())
}

#[tokio::test]
async fn a_fault_that_is_not_there_cannot_be_removed() -> Outcome {
    let glance = Server::start().await?;
    let error = glance.remove_fault("nothing").await;
    let error = error.map_err(|error| error.to_string());
    assert_eq!(error, Err("there is no fault nothing".to_owned()));
    Ok(())
}

#[tokio::test]
async fn the_journal_is_filtered_and_cleared() -> Outcome {
    let glance = Server::start().await?;
    let demo = Person::of(&glance).await?;
    demo.status().await?;
    demo.create("cirros").await?;
    let created = Filter::default().method("POST")?.body_contains("cirros");
    let found = glance.requests_matching(&created).await;
    assert_eq!(
        found
            .iter()
            .map(|request| request.status)
            .collect::<Vec<_>>(),
        [Some(201)]
    );
    let archive = glance.har(&created).await;
    assert_eq!(
        archive.pointer("/log/entries/0/request/method"),
        Some(&json!("POST"))
    );
    assert_eq!(archive.pointer("/log/entries/1"), None);

    glance.clear_requests().await;

    assert!(glance.requests().await.is_empty());
    Ok(())
}

#[tokio::test]
async fn rules_that_were_laid_over_the_policy_are_taken_back() -> Outcome {
    let glance = Server::start().await?;
    let demo = Person::of(&glance).await?;
    let nobody = serde_json::Map::from_iter([("get_images".to_owned(), json!("!"))]);
    glance.policy(&nobody).await?;
    assert_eq!(demo.status().await?, 403);
    glance.restore_policy().await?;
    assert_eq!(demo.status().await?, 200);
    Ok(())
}
