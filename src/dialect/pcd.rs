//! Platform9 Private Cloud Director.

use super::paths::Interface::{Admin, Internal, Public};
use super::{BuiltInSeed, CatalogueService, Defaults, Dialect, GLANCE, ImageRules, Mount, Paths};

/// Platform9 PCD: Glance and Keystone behind one host, with two Glances on one database (spec 14 Part B).
pub static PCD: Dialect = Dialect {
    name: "pcd",
    title: "Platform9 Private Cloud Director",
    paths: Paths {
        mounts: &[
            Mount {
                prefix: "/glance",
                onto: "",
                interface: Public,
            },
            Mount {
                prefix: "/glance-admin",
                onto: "",
                interface: Admin,
            },
            Mount {
                prefix: "/keystone",
                onto: "/identity",
                interface: Public,
            },
        ],
        identity: "/keystone",
        ..Paths::PLAIN
    },
    images: &ImageRules {
        policy: &[("deactivate", "role:admin"), ("reactivate", "role:admin")],
        ..ImageRules::GLANCE
    },
    defaults: Defaults {
        bootstrap_region: Some("Infra"),
        ..Defaults::GLANCE
    },
    catalogue: &[
        CatalogueService {
            kind: "identity",
            name: "keystone",
            endpoints: &[
                (Public, "/keystone/v3"),
                (Internal, "/keystone/v3"),
                (Admin, "/keystone/v3"),
            ],
        },
        CatalogueService {
            kind: "image",
            name: "glance",
            endpoints: &[
                (Public, "/glance"),
                (Internal, "/glance"),
                (Admin, "/glance-admin"),
            ],
        },
    ],
    seed: Some(BuiltInSeed::PCD),
    ..GLANCE
};
