//! The settings that count when nothing is said; environment variables are not read. A test compares them with the command line.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::cache::{CacheOptions, Driver};
use super::keystone::{KeystoneOptions, ServiceTokenOptions};
use super::limits::LimitOptions;
use super::metadefs::{Existing, MetadefOptions};
use super::stores::StoreOptions;
use super::{
    AccessOptions, Algorithm, AuthMode, BodyOptions, Config, ConnectionOptions, Conversion,
    ConversionOptions, DialectOptions, Durability, FilterOptions, ImageOptions, ImportMethod,
    JournalOptions, LocationOptions, PublicUploads, RackspaceEndpoint, RemoteContentType,
    ReplicaOptions, RuleFormat, RuleOptions, TaskOptions,
};

use crate::runtime::audit::AuditLog;

const PORT: u16 = 9292;

fn list<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            port_file: None,
            tls: super::TlsOptions::default(),
            data: "./lookalike-data".into(),
            ephemeral: false,
            database_url: None,
            database_shared: false,
            database_wait: 30,
            shutdown_grace: 3,
            durability: Durability::Normal,
            bootstrap_password: "secret".into(),
            bootstrap_region: "RegionOne".into(),
            regions: Vec::new(),
            log_format: None,
            log: "info".into(),
            dialect: DialectOptions::default(),
            access: AccessOptions::default(),
            images: ImageOptions::default(),
            cors: super::CorsOptions::default(),
            deletion: super::DeletionOptions::default(),
            signatures: super::SignatureOptions::default(),
            stores: StoreOptions::default(),
            replicas: ReplicaOptions::default(),
            cache_node: super::cache::CacheNodeOptions::default(),
            cache: CacheOptions::default(),
            tasks: TaskOptions::default(),
            conversion: ConversionOptions::default(),
            filter: FilterOptions::default(),
            location: LocationOptions::default(),
            metadefs: MetadefOptions::default(),
            notifications: super::NotificationOptions::default(),
            webhooks: super::WebhookOptions::default(),
            amqp: super::AmqpOptions::default(),
            seeds: super::SeedOptions::default(),
            keystone: KeystoneOptions::default(),
            service_tokens: ServiceTokenOptions::default(),
            limits: LimitOptions::default(),
            rules: RuleOptions::default(),
            state: super::state::StateOptions::default(),
            discovery: super::DiscoveryOptions::default(),
            determinism: super::DeterminismOptions::default(),
            journal: JournalOptions::default(),
            bodies: BodyOptions::default(),
            rates: super::RateOptions::default(),
            connections: ConnectionOptions::default(),
            control: super::ControlOptions::default(),
            metrics: super::MetricsOptions::default(),
            audit: AuditLog::default(),
            below: String::new(),
        }
    }
}

impl Default for DialectOptions {
    fn default() -> Self {
        Self {
            dialect: &crate::dialect::DEFAULT,
            glance_release: None,
            dialect_seed: true,
            pcd_public_uploads: PublicUploads::Usable,
            rackspace_endpoint: RackspaceEndpoint::Internal,
        }
    }
}

impl Default for AccessOptions {
    fn default() -> Self {
        Self {
            public_url: None,
            auth: vec![AuthMode::Keystone],
            fake_implied_roles: false,
            token_expiration: 3600,
        }
    }
}

impl Default for ImageOptions {
    fn default() -> Self {
        Self {
            limit_param_default: 25,
            api_limit_max: 1000,
            image_location_quota: 10,
            image_property_quota: 128,
            image_tag_quota: 128,
            image_member_quota: 128,
            image_size_cap: 1 << 40,
            user_storage_quota: 0,
            disk_formats: list([
                "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop",
            ]),
            container_formats: list([
                "ami",
                "ari",
                "aki",
                "bare",
                "ovf",
                "ova",
                "docker",
                "compressed",
            ]),
            hashing_algorithm: Algorithm::Sha512,
            require_image_format_match: true,
            gpt_safety_checks_nonfatal: Vec::new(),
            vmdk_allowed_types: list(["streamOptimized", "monolithicSparse"]),
            show_multiple_locations: false,
            show_image_direct_url: false,
            allow_anonymous_access: false,
            max_request_id_length: 64,
            enable_proxy_headers_parsing: false,
            policy_file: None,
            enforce_new_defaults: true,
        }
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            store: Vec::new(),
            default_store: None,
            sweep: 3600,
        }
    }
}

impl Default for ReplicaOptions {
    fn default() -> Self {
        Self { lease: 30 }
    }
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self {
            image_cache_driver: Driver::CentralizedDb,
            image_cache_max_size: 10 << 30,
            image_cache_stall_time: 24 * 3600,
            cache_prefetcher_interval: 300,
            cachemanage: false,
        }
    }
}

impl Default for TaskOptions {
    fn default() -> Self {
        Self {
            task_time_to_live: 48,
            max_workers: 10,
            enabled_import_methods: vec![
                ImportMethod::GlanceDirect,
                ImportMethod::WebDownload,
                ImportMethod::CopyImage,
            ],
            image_import_plugins: Vec::new(),
            inject: Vec::new(),
            ignore_user_roles: list(["admin"]),
            output_format: Conversion::Raw,
            export_segment_size: 125 << 20,
            extra_properties: list(["hw_", "trait:", "os_distro", "os_secure_boot", "os_type"]),
        }
    }
}

impl Default for ConversionOptions {
    fn default() -> Self {
        Self {
            qemu_img: "qemu-img".into(),
            qemu_img_timeout: Duration::from_hours(1),
            qemu_img_cpu_time: Duration::from_hours(1),
            qemu_img_memory: 2 << 30,
        }
    }
}

impl Default for FilterOptions {
    fn default() -> Self {
        Self {
            allowed_schemes: list(["http", "https"]),
            disallowed_schemes: Vec::new(),
            allowed_hosts: Vec::new(),
            disallowed_hosts: Vec::new(),
            allowed_ports: vec![80, 443],
            disallowed_ports: Vec::new(),
            import_allow_loopback: false,
            import_connect_timeout: Duration::from_secs(10),
            import_read_timeout: Duration::from_mins(1),
            import_total_timeout: Duration::from_hours(6),
            import_min_rate: 1 << 10,
        }
    }
}

impl Default for LocationOptions {
    fn default() -> Self {
        Self {
            do_secure_hash: true,
            http_retries: 3,
        }
    }
}

impl Default for MetadefOptions {
    fn default() -> Self {
        Self {
            metadefs: None,
            metadefs_existing: Existing::Skip,
        }
    }
}

impl Default for KeystoneOptions {
    fn default() -> Self {
        Self {
            keystone_url: None,
            keystone_username: "glance".into(),
            keystone_password: None,
            keystone_user_domain_name: "Default".into(),
            keystone_project_name: "service".into(),
            keystone_project_domain_name: "Default".into(),
            keystone_cafile: None,
            token_cache_time: 300,
            http_connect_timeout: 30,
            http_request_max_retries: 3,
        }
    }
}

impl Default for ServiceTokenOptions {
    fn default() -> Self {
        Self {
            www_authenticate_uri: None,
            service_token_roles: list(["service"]),
            service_token_roles_required: true,
            service_type: None,
        }
    }
}

impl Default for RuleOptions {
    fn default() -> Self {
        Self {
            policy_dirs: Vec::new(),
            property_protection_file: None,
            property_protection_rule_format: RuleFormat::Roles,
            schema_image_file: None,
            remote_content_type: RemoteContentType::Form,
            remote_timeout: Duration::from_mins(1),
            remote_ssl_verify_server_crt: false,
            remote_ssl_ca_crt_file: None,
            remote_ssl_client_crt_file: None,
            remote_ssl_client_key_file: None,
        }
    }
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self {
            journal_requests: 1000,
            journal_bytes: 16 << 20,
        }
    }
}

impl Default for BodyOptions {
    fn default() -> Self {
        Self {
            json_limit: 1 << 20,
            metadefs_limit: 4 << 20,
            seed_limit: 64 << 20,
            max_request_body_size: 114_688,
            json_timeout: Duration::from_mins(1),
            body_timeout: Duration::from_mins(1),
        }
    }
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        Self {
            max_connections: None,
            header_timeout: Duration::from_secs(75),
            send_timeout: Duration::from_mins(1),
            accept_host: Vec::new(),
        }
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::config::SettingsCommand;

    #[test]
    fn the_command_line_has_the_same_defaults() {
        let command = SettingsCommand::command().mut_args(|arg| arg.env(None::<&str>));
        let matches = command.try_get_matches_from(["lookalike"]).unwrap();
        let parsed = SettingsCommand::from_arg_matches(&matches).unwrap().config;
        let (parsed, default) = (format!("{parsed:#?}"), format!("{:#?}", Config::default()));
        for (parsed, default) in parsed.lines().zip(default.lines()) {
            assert_eq!(parsed, default);
        }
        assert_eq!(parsed, default);
    }
}
