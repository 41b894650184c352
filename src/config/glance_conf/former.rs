//! Options that Glance had before and that files still have.

/// A section and an option that are gone, and what is there instead.
type FormerOption = (&'static str, &'static str, &'static str);

const SERVER: &str =
    "gone with glance-api as a server of its own; --listen says where this server listens";
const REGISTRY: &str = "gone with glance-registry";
const V1: &str = "gone with the Images API v1";
const TLS: &str =
    "gone with glance-api as a server of its own; --tls-cert and --tls-key are this server's";

const FORMER: &[FormerOption] = &[
    ("DEFAULT", "bind_host", SERVER),
    ("DEFAULT", "bind_port", SERVER),
    ("DEFAULT", "backlog", SERVER),
    ("DEFAULT", "workers", SERVER),
    ("DEFAULT", "tcp_keepidle", SERVER),
    ("DEFAULT", "http_keepalive", SERVER),
    ("DEFAULT", "client_socket_timeout", SERVER),
    ("DEFAULT", "max_header_line", SERVER),
    ("DEFAULT", "cert_file", TLS),
    ("DEFAULT", "key_file", TLS),
    ("DEFAULT", "ca_file", TLS),
    ("DEFAULT", "registry_host", REGISTRY),
    ("DEFAULT", "registry_port", REGISTRY),
    ("DEFAULT", "data_api", REGISTRY),
    ("DEFAULT", "use_user_token", REGISTRY),
    ("DEFAULT", "enable_v1_api", V1),
    (
        "DEFAULT",
        "enable_v2_api",
        "gone: there is no other Images API",
    ),
    ("DEFAULT", "enable_v2_registry", REGISTRY),
    (
        "DEFAULT",
        "owner_is_tenant",
        "gone: the owner of an image is always a project",
    ),
    (
        "DEFAULT",
        "admin_role",
        "gone: [oslo_policy] says who is an administrator",
    ),
    (
        "DEFAULT",
        "allow_additional_image_properties",
        "gone: images may always have them",
    ),
    (
        "DEFAULT",
        "location_strategy",
        "gone: the weights of stores say which location is first",
    ),
    (
        "DEFAULT",
        "enforce_secure_rbac",
        "gone: enforce_new_defaults of [oslo_policy] says it",
    ),
    ("DEFAULT", "rpc_backend", "gone: transport_url says it"),
    (
        "DEFAULT",
        "notification_driver",
        "gone: driver of [oslo_messaging_notifications] says it",
    ),
    ("DEFAULT", "verbose", "gone: debug is left"),
    (
        "DEFAULT",
        "syslog-log-facility",
        "spelt syslog_log_facility",
    ),
    (
        "DEFAULT",
        "watch_log_file",
        "gone: the log is this server's own",
    ),
    (
        "oslo_policy",
        "enforce_scope",
        "gone: scopes are always enforced",
    ),
    (
        "database",
        "idle_timeout",
        "gone: the database is this server's own",
    ),
    (
        "database",
        "min_pool_size",
        "gone: the database is this server's own",
    ),
    (
        "database",
        "use_tpool",
        "gone: the database is this server's own",
    ),
    (
        "keystone_authtoken",
        "auth_uri",
        "gone: www_authenticate_uri says it",
    ),
    (
        "keystone_authtoken",
        "identity_uri",
        "gone: auth_url says it",
    ),
    ("keystone_authtoken", "auth_host", "gone: auth_url says it"),
    ("keystone_authtoken", "admin_user", "gone: username says it"),
    (
        "keystone_authtoken",
        "admin_password",
        "gone: password says it",
    ),
    (
        "keystone_authtoken",
        "admin_tenant_name",
        "gone: project_name says it",
    ),
    (
        "keystone_authtoken",
        "signing_dir",
        "gone with tokens that were signed",
    ),
    (
        "keystone_authtoken",
        "check_revocations_for_cached",
        "gone with tokens that were signed",
    ),
    (
        "keystone_authtoken",
        "revocation_cache_time",
        "gone with tokens that were signed",
    ),
    (
        "task",
        "eventlet_executor_pool_size",
        "gone: max_workers of [taskflow_executor] says it",
    ),
];

/// Returns what is there instead of an option that Glance had before.
pub(super) fn find(group: &str, name: &str) -> Option<&'static str> {
    let mut all = FORMER.iter();
    let found = all.find(|(section, option, _)| *section == group && *option == name);
    found.map(|(_, _, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::super::options;
    use super::*;

    #[test]
    fn an_option_that_is_gone_is_none_of_today() {
        for (group, name, _) in FORMER {
            assert!(
                options::find_by_any_name(group, name).is_none(),
                "[{group}] {name}"
            );
        }
    }
}
