//! The tenants of an account: the forms in which the URLs of the catalogue name a project.

use std::collections::BTreeSet;

use crate::db::identity::CatalogRow;

/// The form of a tenant's id: what stands before and behind the id of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TenantForm<'a> {
    before: &'a str,
    behind: &'a str,
}

/// The words in the URL of an endpoint that the id of the project takes the place of.
const WORDS: [&str; 4] = [
    "$(project_id)s",
    "$(tenant_id)s",
    "%(project_id)s",
    "%(tenant_id)s",
];

impl<'a> TenantForm<'a> {
    /// The id of the project as it is.
    pub(crate) const ACCOUNT: Self = Self {
        before: "",
        behind: "",
    };

    /// Returns the form in the URL of an endpoint: the part of the path with the id of the project in it. Without such a
    /// part the endpoint belongs to the account as it is.
    pub(crate) fn of(url: &'a str) -> Self {
        let parts = |word| {
            let part = url.split('/').find(|part| part.contains(word))?;
            part.split_once(word)
        };
        let found = WORDS.iter().find_map(|word| parts(*word));
        found.map_or(Self::ACCOUNT, |(before, behind)| Self { before, behind })
    }

    /// Returns all forms in a catalogue, that of the account first.
    pub(crate) fn all(rows: &'a [CatalogRow]) -> BTreeSet<Self> {
        let urls = rows.iter().filter_map(|row| row.url.as_deref());
        urls.map(Self::of).chain([Self::ACCOUNT]).collect()
    }

    /// Returns the id of a project's tenant.
    pub(crate) fn of_project(self, project: &str) -> String {
        format!("{}{project}{}", self.before, self.behind)
    }

    /// Returns the id of the project that a tenant belongs to, if the tenant is of this form.
    pub(crate) fn project_of(self, tenant: &str) -> Option<&str> {
        tenant.strip_prefix(self.before)?.strip_suffix(self.behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_the_part_of_the_path_with_the_project() {
        let files = TenantForm::of("http://h/v1/MossoCloudFS_%(project_id)s");
        assert_eq!(files.of_project("7"), "MossoCloudFS_7");
        assert_eq!(files.project_of("MossoCloudFS_7"), Some("7"));
        assert_eq!(files.project_of("7"), None);
        assert_eq!(TenantForm::of("http://h/v2"), TenantForm::ACCOUNT);
        assert_eq!(
            TenantForm::of("http://h/v2/$(tenant_id)s").of_project("7"),
            "7"
        );
    }
}
