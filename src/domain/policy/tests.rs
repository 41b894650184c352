//! The language as oslo.policy 6.0.1 reads it, and Glance 33's rules for callers and images.
//!
//! Every answer in these tables is oslo.policy's own, except where a name says otherwise.

use super::*;

mod defaults;
mod effective;
mod files;
mod language;
mod remote;

#[derive(Clone, Copy, Default)]
struct Who {
    roles: &'static [&'static str],
    service_roles: &'static [&'static str],
    user: Option<&'static str>,
    project: Option<&'static str>,
    domain: Option<&'static str>,
    system: Option<&'static str>,
}

impl PolicyCredentials for Who {
    fn has_role(&self, role: &str) -> bool {
        self.roles
            .iter()
            .any(|held| held.eq_ignore_ascii_case(role))
    }

    fn has_service_role(&self, role: &str) -> bool {
        self.service_roles.contains(&role)
    }

    fn user_id(&self) -> Option<&str> {
        self.user
    }

    fn project_id(&self) -> Option<&str> {
        self.project
    }

    fn domain_id(&self) -> Option<&str> {
        self.domain
    }

    fn attribute(&self, key: &str) -> Option<&str> {
        self.system.filter(|_| key == "system_scope")
    }
}

const NOBODY: Who = Who {
    roles: &[],
    service_roles: &[],
    user: None,
    project: None,
    domain: None,
    system: None,
};
const ALICE: Who = Who {
    roles: &["member", "reader"],
    user: Some("alice"),
    project: Some("p1"),
    ..NOBODY
};
const ADMIN: Who = Who {
    roles: &["admin"],
    user: Some("root"),
    project: Some("p0"),
    ..NOBODY
};

type Fields = [(&'static str, Option<&'static str>)];

const IMAGE: &Fields = &[
    ("project_id", Some("p1")),
    ("owner", Some("p1")),
    ("member_id", None),
    ("visibility", Some("private")),
    ("protected", Some("True")),
    ("user", Some("alice")),
    ("os_distro", Some("debian")),
    ("os_version", Some("13")),
    ("wanted", Some("Reader")),
    ("odd (name)", Some("alice")),
];

/// Compiles a policy in which `asked` is this check, next to rules that are true and false for
/// Alice.
fn policy(check: &str) -> Result<Policy, PolicyError> {
    let file = serde_json::json!({
        "asked": check, "yes": "role:member", "no": "role:admin", "nope": "not rule:yes",
    });
    Policy::read(&file.to_string(), true)
}

fn read(file: &str) -> Policy {
    Policy::read(file, true).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn holds(check: &str, who: &Who) -> bool {
    match policy(check) {
        Ok(policy) => policy.allows_named("asked", who, IMAGE),
        Err(error) => panic!("{check}: {error}"),
    }
}
