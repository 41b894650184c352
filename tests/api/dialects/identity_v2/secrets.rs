//! API keys and tokens stay out of the journal.

use super::{KEY, rackspace, user_admin};

#[tokio::test]
async fn neither_keys_nor_tokens_in_paths_are_in_the_journal() {
    let glance = rackspace().await;
    let (person, _) = user_admin(&glance).await;
    for path in ["/v2.0/tokens", "/identity/v2.0/tokens", "/v2.0//tokens/"] {
        person.get(format!("{path}/{}", person.token())).await;
        person
            .get(format!("{path}/{}/endpoints", person.token()))
            .await;
    }
    for form in ["/requests", "/requests.har"] {
        let answer = glance.control().get(form).await.is(200);
        let journal = answer.text();
        assert!(journal.contains("/v2.0/tokens/***"), "{form}");
        assert!(journal.contains("rackspace"), "{form}");
        assert!(!journal.contains(person.token()), "{form}");
        assert!(!journal.contains(KEY), "{form}");
    }
}
