//! The roles and the catalogue of a new cloud.

use super::super::paths::Interface::{Internal, Public};
use super::super::{CatalogueService, CloudRole};

/// The roles of its identity and of its services.
pub(super) const ROLES: &[CloudRole] = &[
    CloudRole::of_account("identity:user-admin", "The user admin of an account."),
    CloudRole::of_account("identity:default", "A user whom a user admin made."),
    CloudRole::of_account("identity:observer", "Reads everything of the account."),
    CloudRole::of_account("observer", "Reads in every product."),
    CloudRole::of_account("cloudImages:admin", "Does everything with images."),
    CloudRole::of_account("cloudImages:creator", "Creates, reads and changes images."),
    CloudRole::of_account("cloudImages:observer", "Reads images."),
    CloudRole::of_account("object-store:admin", "Does everything with objects."),
    CloudRole::of_account("object-store:observer", "Reads objects."),
    CloudRole {
        name: "compute:default",
        description: "The account has Cloud Servers.",
        tenant: Some("%(project_id)s"),
    },
    CloudRole {
        name: "object-store:default",
        description: "The account has Cloud Files.",
        tenant: Some("MossoCloudFS_%(project_id)s"),
    },
];

/// The services.
pub(super) const CATALOGUE: &[CatalogueService] = &[
    CatalogueService::KEYSTONE,
    CatalogueService {
        kind: "image",
        name: "cloudImages",
        endpoints: &[(Public, "/v2"), (Internal, "/snet/v2")],
    },
    CatalogueService {
        kind: "object-store",
        name: "cloudFiles",
        endpoints: &[
            (Public, "/v1/MossoCloudFS_%(project_id)s"),
            (Internal, "/snet/v1/MossoCloudFS_%(project_id)s"),
        ],
    },
    // Without this entry, apache-libcloud refuses to use cloudFiles. No container is on the network that it stands for.
    CatalogueService {
        kind: "rax:object-cdn",
        name: "cloudFilesCDN",
        endpoints: &[(Public, "/cdn/v1/MossoCloudFS_%(project_id)s")],
    },
];
