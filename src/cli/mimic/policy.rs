//! The policy as far as harmless calls tell it: a server of ours with the settings so far is asked the same by somebody with the
//! same roles.

use std::ffi::OsString;

use clap::FromArgMatches;
use http::StatusCode;
use lookalike::config::AuthMode;
use lookalike::{Config, Server};

use super::files::{self, Draft};
use super::findings::Findings;
use super::session::CloudSession;

/// A call that a rule allows or forbids, and that changes nothing.
pub(super) struct PolicyCall {
    pub(super) path: &'static str,
    rule: &'static str,
}

/// The calls.
pub(super) const CALLS: [PolicyCall; 5] = [
    PolicyCall {
        path: "/v2/images",
        rule: "get_images",
    },
    PolicyCall {
        path: "/v2/tasks",
        rule: "tasks_api_access",
    },
    PolicyCall {
        path: "/v2/info/stores/detail",
        rule: "stores_info_detail",
    },
    PolicyCall {
        path: "/v2/cache",
        rule: "cache_list",
    },
    PolicyCall {
        path: "/v2/metadefs/namespaces",
        rule: "get_metadef_namespaces",
    },
];

/// Asks both, and notes the rules by which they differ.
pub(super) async fn ask(
    cloud: &CloudSession,
    draft: &Draft,
    findings: &mut Findings,
) -> Result<(), String> {
    let Some(roles) = cloud.roles.clone() else {
        findings.unknown("policy", "the roles of the token are not known");
        return Ok(());
    };
    let server = Server::with(config(draft)?).await;
    let server = server.map_err(|error| format!("the settings that were found out: {error}"))?;
    let project = cloud.project.as_deref().unwrap_or("mimic");
    let token = format!("mimic:{project}:{}", roles.join(","));
    let here = cloud.other(server.url(), token);
    let outcome = compare(cloud, &here, &roles, findings).await;
    server.shutdown().await;
    outcome?;
    let rest = format!(
        "only {} harmless calls were made, with the roles {}",
        CALLS.len(),
        roles.join(", ")
    );
    findings.unknown("the other rules of the policy", rest);
    if !findings.policy.is_empty() {
        let why = "the rules by which harmless calls were answered in another way than by default";
        findings.file("policy_file", files::POLICY, why);
    }
    Ok(())
}

async fn compare(
    cloud: &CloudSession,
    here: &CloudSession,
    roles: &[String],
    findings: &mut Findings,
) -> Result<(), String> {
    for call in &CALLS {
        let (theirs, ours) = (cloud.get(call.path).await?, here.get(call.path).await?);
        let refused = |status: StatusCode| status == StatusCode::FORBIDDEN;
        if refused(theirs.status) == refused(ours.status) {
            continue;
        }
        let roles: Vec<_> = roles.iter().map(|role| format!("role:{role}")).collect();
        let rule = if refused(theirs.status) {
            format!("not ({})", roles.join(" and "))
        } else {
            roles.join(" or ")
        };
        let why = format!(
            "GET {} answers {}, and {} by default; which roles decide it is not known, and policy.yaml has {rule:?}",
            call.path, theirs.status, ours.status
        );
        findings.unknown(format!("policy {}", call.rule), why);
        findings.policy.insert(call.rule.to_owned(), rule.into());
    }
    Ok(())
}

/// Returns the settings that were found out, for a server in memory which takes tokens that say who asks.
fn config(draft: &Draft) -> Result<Config, String> {
    let path = draft.settings();
    let words: [OsString; 4] = [
        "lookalike".into(),
        "serve".into(),
        "--config".into(),
        path.into(),
    ];
    let layers = crate::cli::layers::read(words.into());
    let matches = layers.map_err(|error| error.to_string())?.matches;
    let settings = matches.subcommand().map(|(_, settings)| settings);
    let settings = settings.ok_or("the settings name no server")?;
    let mut config = Config::from_arg_matches(settings).map_err(|error| error.to_string())?;
    let apart = Config::for_tests();
    config.listen = apart.listen;
    config.port_file = None;
    config.ephemeral = true;
    config.database_url = None;
    config.tls = apart.tls;
    config.access.auth = vec![AuthMode::Fake];
    Ok(config)
}
