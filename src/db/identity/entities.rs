//! The resources of the identity service, each a row. `options` and `extra` are JSON objects.

use super::Entity;
use crate::db::Arg;

/// Implements [`Entity`] for a row: its table, the order of its lists and its columns.
macro_rules! entity {
    ($name:ident, $table:literal, $order:literal, $($column:ident),*) => {
        impl Entity for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(entity!(@ $column)),*];
            const ORDER: &'static str = $order;
            fn id(&self) -> &str {
                &self.id
            }

            fn values(&self) -> Vec<Arg> {
                vec![$(Arg::from(self.$column.clone())),*]
            }
        }
    };
    (@ kind) => { "type" };
    (@ $column:ident) => { stringify!($column) };
}

/// A domain: a namespace for users and projects.
#[derive(Clone, Debug)]
pub struct Domain {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub enabled: bool,
    pub options: String,
    pub extra: String,
}

crate::db::from_row!(Domain {
    id,
    name,
    description,
    enabled,
    options,
    extra
});
entity!(
    Domain,
    "domains",
    "name",
    id,
    name,
    description,
    enabled,
    options,
    extra
);

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    pub id: String,
    pub domain_id: String,
    pub name: String,
    pub description: Option<String>,
    pub enabled: bool,
    pub parent_id: String,
    pub options: String,
    pub extra: String,
}

crate::db::from_row!(Project {
    id,
    domain_id,
    name,
    description,
    enabled,
    parent_id,
    options,
    extra,
});
entity!(
    Project,
    "projects",
    "name, id",
    id,
    domain_id,
    name,
    description,
    enabled,
    parent_id,
    options,
    extra
);

impl Project {
    /// Returns a domain as the project that it also is: one without a domain and a parent of its own.
    #[must_use]
    pub fn acting(domain: Domain) -> Self {
        Self {
            id: domain.id,
            domain_id: String::new(),
            name: domain.name,
            description: domain.description,
            enabled: domain.enabled,
            parent_id: String::new(),
            options: domain.options,
            extra: domain.extra,
        }
    }

    /// Returns the domain that this project is shown for.
    #[must_use]
    pub fn into_domain(self) -> Domain {
        Domain {
            id: self.id,
            name: self.name,
            description: self.description,
            enabled: self.enabled,
            options: self.options,
            extra: self.extra,
        }
    }

    /// Returns `true` if it is a domain.
    #[must_use]
    pub fn is_domain(&self) -> bool {
        self.domain_id.is_empty()
    }
}

/// A user; the password is a PHC string (a password hash).
#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub domain_id: String,
    pub name: String,
    pub password: Option<String>,
    pub enabled: bool,
    pub default_project_id: Option<String>,
    pub options: String,
    pub extra: String,
}

crate::db::from_row!(User {
    id,
    domain_id,
    name,
    password,
    enabled,
    default_project_id,
    options,
    extra,
});
entity!(
    User,
    "users",
    "name, id",
    id,
    domain_id,
    name,
    password,
    enabled,
    default_project_id,
    options,
    extra
);

/// A role, of one domain or of all.
#[derive(Clone, Debug)]
pub struct Role {
    pub id: String,
    pub domain_id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub options: String,
    pub extra: String,
}

crate::db::from_row!(Role {
    id,
    domain_id,
    name,
    description,
    options,
    extra
});
entity!(
    Role,
    "roles",
    "name, id",
    id,
    domain_id,
    name,
    description,
    options,
    extra
);

/// A region of endpoints.
#[derive(Clone, Debug)]
pub struct Region {
    pub id: String,
    pub description: String,
    pub parent_region_id: Option<String>,
    pub extra: String,
}

crate::db::from_row!(Region {
    id,
    description,
    parent_region_id,
    extra
});
entity!(
    Region,
    "regions",
    "id",
    id,
    description,
    parent_region_id,
    extra
);

/// A service of the catalog.
#[derive(Clone, Debug)]
pub struct Service {
    pub id: String,
    pub kind: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub enabled: bool,
    pub extra: String,
}

crate::db::from_row!(Service {
    id,
    kind: "type",
    name,
    description,
    enabled,
    extra
});
entity!(
    Service,
    "services",
    "type, name, id",
    id,
    kind,
    name,
    description,
    enabled,
    extra
);

/// An endpoint: the URL of a service.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: String,
    pub service_id: String,
    pub interface: String,
    pub region_id: Option<String>,
    pub url: String,
    pub enabled: bool,
    pub extra: String,
}

crate::db::from_row!(Endpoint {
    id,
    service_id,
    interface,
    region_id,
    url,
    enabled,
    extra
});
// `public` comes before `internal` and `admin`.
entity!(
    Endpoint,
    "endpoints",
    "service_id, region_id, interface DESC, id",
    id,
    service_id,
    interface,
    region_id,
    url,
    enabled,
    extra
);
