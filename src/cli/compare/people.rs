//! Who the recording is of: the log-ins in it, and the tokens and passwords that belong to them.

use std::collections::HashSet;

use serde_json::Value;

use crate::cli::recording::Exchange;

/// A log-in that succeeded.
#[derive(Debug)]
pub(super) struct LogIn<'a> {
    /// The token as it was answered: user, scope and roles.
    pub(super) token: &'a Value,
    /// What stands for the password, if it was one that logged in.
    pub(super) password: Option<&'a str>,
}

/// Returns the log-ins that succeeded.
pub(super) fn log_ins(exchanges: &[Exchange]) -> impl Iterator<Item = LogIn<'_>> {
    exchanges.iter().filter_map(|exchange| {
        let is_log_in = exchange.method == "POST" && exchange.path.ends_with("/v3/auth/tokens");
        let token = exchange.response_body.as_ref()?.get("token")?;
        let asked = exchange.request_body.as_ref();
        let password = asked.and_then(|body| body.pointer("/auth/identity/password/user/password"));
        (is_log_in && exchange.status == Some(201)).then(|| LogIn {
            token,
            password: password.and_then(Value::as_str),
        })
    })
}

/// Returns the ids of everything that was created in the recording.
pub(super) fn created(exchanges: &[Exchange]) -> HashSet<&str> {
    let created = exchanges
        .iter()
        .filter(|exchange| exchange.method == "POST" && matches!(exchange.status, Some(200..=202)));
    let bodies = created.filter_map(|exchange| exchange.response_body.as_ref()?.as_object());
    bodies
        .flat_map(|body| {
            let inner = body.values().filter_map(|value| value.get("id"));
            body.get("id").into_iter().chain(inner)
        })
        .chain(made_by_tasks(exchanges))
        .filter_map(Value::as_str)
        .collect()
}

/// Returns the ids of the images that tasks of the type `import` made.
fn made_by_tasks(exchanges: &[Exchange]) -> impl Iterator<Item = &Value> {
    let bodies = exchanges
        .iter()
        .filter_map(|exchange| exchange.response_body.as_ref());
    bodies
        .filter(|body| body.get("type").is_some_and(|kind| kind == "import"))
        .filter_map(|body| body.pointer("/result/image_id"))
}

/// Says which requests cannot be sent because nobody knows whose token they have.
pub(super) fn check_tokens(exchanges: &[Exchange]) -> Result<(), String> {
    let issued: HashSet<_> = exchanges
        .iter()
        .filter_map(|exchange| exchange.response_headers.get("x-subject-token"))
        .collect();
    let mut strange = exchanges.iter().filter(|exchange| {
        let token = exchange.request_headers.get("x-auth-token");
        let was_good = exchange.status.is_some_and(|status| status != 401);
        was_good && token.is_some_and(|token| !token.is_empty() && !issued.contains(token))
    });
    let Some(first) = strange.next() else {
        return Ok(());
    };
    let count = strange.count() + 1;
    Err(format!(
        "{count} requests have a token of a log-in that was not recorded, the first of them {} {} (number {}): record with \
         `lookalike proxy --keystone URL`, and let clients log in through the proxy",
        first.method,
        first.target(),
        first.id
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_task_makes_is_created_in_the_recording() {
        let exchange = |method: &str, body: Value| Exchange {
            method: method.into(),
            status: Some(200),
            response_body: Some(body),
            ..Exchange::default()
        };
        let exchanges = [
            exchange(
                "POST",
                json!({ "id": "task", "type": "import", "result": null }),
            ),
            exchange(
                "GET",
                json!({ "id": "task", "type": "import", "result": { "image_id": "made" } }),
            ),
            exchange(
                "GET",
                json!({ "id": "other", "type": "api_image_import", "result": { "image_id": "filled" } }),
            ),
            exchange("GET", json!({ "id": "there before" })),
        ];
        assert_eq!(created(&exchanges), HashSet::from(["task", "made"]));
    }
}
