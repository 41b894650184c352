//! The services of a new cloud's catalogue.

use super::paths::Interface;

/// A service of the catalogue with its endpoints.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueService {
    /// The type, such as `image`.
    pub kind: &'static str,
    /// The name, such as `glance`.
    pub name: &'static str,
    /// The endpoints: for each interface what stands behind the address of the server. It may contain `%(project_id)s`,
    /// as in Keystone.
    pub endpoints: &'static [(Interface, &'static str)],
}

impl CatalogueService {
    /// The key manager, of clouds whose settings name certificates.
    pub const BARBICAN: Self = Self {
        kind: "key-manager",
        name: "barbican",
        endpoints: &[
            (Interface::Public, "/key-manager"),
            (Interface::Internal, "/key-manager"),
            (Interface::Admin, "/key-manager"),
        ],
    };

    /// The embedded identity, at its own path.
    pub(super) const KEYSTONE: Self = Self {
        kind: "identity",
        name: "keystone",
        endpoints: &[
            (Interface::Public, "/identity/v3"),
            (Interface::Internal, "/identity/v3"),
            (Interface::Admin, "/identity/v3"),
        ],
    };
}
