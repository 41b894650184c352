//! The options of the libraries that Glance uses.

use super::way::Treatment::{Applied, Equivalent, NoEffect, NotSupported};
use super::way::{TreatmentRow, Way};

const OWN_LOG: &str = "the log is this server's own: --log and --log-format";
const OWN_KEYSTONE: &str =
    "the embedded Keystone stands in for the real one; --keystone-url and its options name another";
const OWN_DATABASE: &str = "the database is this server's own: --database-url";
const NO_CALLS: &str = "Glance makes no calls over the message bus";
const ONLY_PUBLISHES: &str =
    "what is published, where and how is the same; the connection is this server's own";
const NO_LIMITS: &str = "quorum queues are declared without limits";
const OWN_KEY_MANAGER: &str =
    "the certificates of signed images are files of this server: --certificates";
const NO_CACHE: &str = "answers about tokens are remembered in memory, without memcached";

/// The uses of the options of libraries.
pub(super) const ROWS: &[TreatmentRow] = &[
    ("DEFAULT", "debug", Applied(Way::IfTrue("log", "debug"))),
    (
        "DEFAULT",
        "use_json",
        Applied(Way::IfTrue("log_format", "json")),
    ),
    (
        "DEFAULT",
        "control_exchange",
        Applied(Way::IfAny("notification_amqp_exchange")),
    ),
    ("DEFAULT", "executor_thread_pool_size", NoEffect(NO_CALLS)),
    ("DEFAULT", "rpc_ping_enabled", NoEffect(NO_CALLS)),
    ("DEFAULT", "rpc_response_timeout", NoEffect(NO_CALLS)),
    ("DEFAULT", "transport_url", Applied(Way::Bus)),
    ("DEFAULT", "*", NoEffect(OWN_LOG)),
    (
        "cors",
        "allowed_origin",
        Applied(Way::Same("allowed_origin")),
    ),
    (
        "cors",
        "allow_credentials",
        Applied(Way::Same("allow_credentials")),
    ),
    (
        "cors",
        "expose_headers",
        Applied(Way::Same("expose_headers")),
    ),
    ("cors", "max_age", Applied(Way::Same("max_age"))),
    ("cors", "allow_methods", Applied(Way::Same("allow_methods"))),
    ("cors", "allow_headers", Applied(Way::Same("allow_headers"))),
    ("barbican", "*", NoEffect(OWN_KEY_MANAGER)),
    ("barbican_service_user", "*", NoEffect(OWN_KEY_MANAGER)),
    ("database", "*", NoEffect(OWN_DATABASE)),
    (
        "healthcheck",
        "disable_by_file_path",
        NoEffect(
            "the paste file that Glance comes with says another, which wins; --disable_by_file_path does it",
        ),
    ),
    (
        "healthcheck",
        "detailed",
        NotSupported("the answer of /healthcheck has no details"),
    ),
    (
        "healthcheck",
        "*",
        NoEffect("the paste file that Glance comes with says which checks there are"),
    ),
    ("key_manager", "backend", NotSupported(OWN_KEY_MANAGER)),
    ("key_manager", "*", NoEffect(OWN_KEY_MANAGER)),
    (
        "keystone_authtoken",
        "www_authenticate_uri",
        Applied(Way::IfAny("www_authenticate_uri")),
    ),
    (
        "keystone_authtoken",
        "service_token_roles",
        Applied(Way::Same("service_token_roles")),
    ),
    (
        "keystone_authtoken",
        "service_token_roles_required",
        Applied(Way::Same("service_token_roles_required")),
    ),
    (
        "keystone_authtoken",
        "service_type",
        Applied(Way::IfAny("service_type")),
    ),
    (
        "keystone_authtoken",
        "region_name",
        Applied(Way::IfAny("bootstrap_region")),
    ),
    (
        "keystone_authtoken",
        "token_cache_time",
        Applied(Way::Same("token_cache_time")),
    ),
    (
        "keystone_authtoken",
        "http_connect_timeout",
        Applied(Way::Same("http_connect_timeout")),
    ),
    (
        "keystone_authtoken",
        "http_request_max_retries",
        Applied(Way::Same("http_request_max_retries")),
    ),
    (
        "keystone_authtoken",
        "memcached_servers",
        NoEffect(NO_CACHE),
    ),
    (
        "keystone_authtoken",
        "delay_auth_decision",
        NoEffect("Glance's pipelines set it"),
    ),
    ("keystone_authtoken", "*", NoEffect(OWN_KEYSTONE)),
    ("oslo_concurrency", "*", NoEffect("no locks lie in files")),
    (
        "oslo_limit",
        "endpoint_id",
        Equivalent("the limits are those of the embedded Keystone's endpoint for images"),
    ),
    (
        "oslo_limit",
        "endpoint_region_name",
        Applied(Way::IfAny("bootstrap_region")),
    ),
    ("oslo_limit", "*", NoEffect(OWN_KEYSTONE)),
    (
        "oslo_messaging_kafka",
        "*",
        NoEffect("notifications are published to RabbitMQ only"),
    ),
    ("oslo_messaging_notifications", "driver", Applied(Way::Bus)),
    (
        "oslo_messaging_notifications",
        "transport_url",
        Applied(Way::Bus),
    ),
    (
        "oslo_messaging_notifications",
        "topics",
        Applied(Way::Same("notification_amqp_topics")),
    ),
    (
        "oslo_messaging_notifications",
        "retry",
        NoEffect(
            "a notification is sent until the broker has it; --notification-webhook-queue says how many may wait",
        ),
    ),
    ("oslo_messaging_rabbit", "ssl", Applied(Way::Bus)),
    (
        "oslo_messaging_rabbit",
        "amqp_durable_queues",
        Applied(Way::Same("notification_amqp_durable")),
    ),
    (
        "oslo_messaging_rabbit",
        "amqp_auto_delete",
        Applied(Way::Same("notification_amqp_auto_delete")),
    ),
    (
        "oslo_messaging_rabbit",
        "rabbit_ha_queues",
        Applied(Way::NotOnBus("queues are not mirrored")),
    ),
    (
        "oslo_messaging_rabbit",
        "rabbit_quorum_queue",
        Applied(Way::Same("notification_amqp_quorum")),
    ),
    (
        "oslo_messaging_rabbit",
        "rabbit_quorum_delivery_limit",
        Applied(Way::NotOnBus(NO_LIMITS)),
    ),
    (
        "oslo_messaging_rabbit",
        "rabbit_quorum_max_memory_length",
        Applied(Way::NotOnBus(NO_LIMITS)),
    ),
    (
        "oslo_messaging_rabbit",
        "rabbit_quorum_max_memory_bytes",
        Applied(Way::NotOnBus(NO_LIMITS)),
    ),
    (
        "oslo_messaging_rabbit",
        "kombu_compression",
        Applied(Way::NotOnBus("messages are not compressed")),
    ),
    (
        "oslo_messaging_rabbit",
        "ssl_ca_file",
        Applied(Way::BusFile("notification_amqp_ca")),
    ),
    (
        "oslo_messaging_rabbit",
        "ssl_cert_file",
        Applied(Way::BusFile("notification_amqp_cert")),
    ),
    (
        "oslo_messaging_rabbit",
        "ssl_key_file",
        Applied(Way::BusFile("notification_amqp_key")),
    ),
    ("oslo_messaging_rabbit", "*", NoEffect(ONLY_PUBLISHES)),
    (
        "oslo_middleware",
        "enable_proxy_headers_parsing",
        Applied(Way::Same("enable_proxy_headers_parsing")),
    ),
    (
        "oslo_middleware",
        "max_request_body_size",
        NoEffect("Glance's pipelines have no such filter; --json-limit is this server's own limit"),
    ),
    (
        "oslo_middleware",
        "http_basic_auth_user_file",
        NoEffect("Glance's pipelines have no such filter"),
    ),
    (
        "oslo_middleware_tracing",
        "*",
        NoEffect("Glance's pipelines have no such filter"),
    ),
    (
        "oslo_policy",
        "policy_file",
        Applied(Way::File("policy_file")),
    ),
    (
        "oslo_policy",
        "policy_dirs",
        Applied(Way::Directories("policy_dirs")),
    ),
    (
        "oslo_policy",
        "enforce_new_defaults",
        Applied(Way::Same("enforce_new_defaults")),
    ),
    (
        "oslo_policy",
        "policy_default_rule",
        NotSupported("a rule that no file has keeps Glance's default"),
    ),
    (
        "oslo_policy",
        "remote_content_type",
        Applied(Way::Same("remote_content_type")),
    ),
    (
        "oslo_policy",
        "remote_timeout",
        Applied(Way::Same("remote_timeout")),
    ),
    (
        "oslo_policy",
        "remote_ssl_verify_server_crt",
        Applied(Way::Same("remote_ssl_verify_server_crt")),
    ),
    (
        "oslo_policy",
        "remote_ssl_ca_crt_file",
        Applied(Way::File("remote_ssl_ca_crt_file")),
    ),
    (
        "oslo_policy",
        "remote_ssl_client_crt_file",
        Applied(Way::File("remote_ssl_client_crt_file")),
    ),
    (
        "oslo_policy",
        "remote_ssl_client_key_file",
        Applied(Way::File("remote_ssl_client_key_file")),
    ),
    (
        "oslo_reports",
        "*",
        NoEffect("there are no Guru Meditation Reports"),
    ),
    ("profiler_jaeger", "*", NoEffect("there is no profiler")),
    (
        "profiler_otlp",
        "*",
        NoEffect("there is no profiler; `--features otel` sends spans"),
    ),
    ("vault", "*", NoEffect(OWN_KEY_MANAGER)),
];
