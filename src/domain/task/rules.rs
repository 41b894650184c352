//! The tasks that a cloud has: their types, who may create them, what is shown of them, and what they do.

use super::TaskKind;
use crate::domain::policy::Rule;

/// The rules of the tasks of a cloud.
#[derive(Clone, Copy, Debug)]
pub struct TaskRules {
    /// The types by their names in the API, with the kinds of work that they stand for.
    pub types: &'static [(&'static str, TaskKind)],
    /// The names of the types that lists can be filtered by.
    pub filters: &'static [&'static str],
    /// The rule that whoever creates a task has to pass, beside `tasks_api_access`.
    pub create: Rule,
    /// The fields that are shown.
    pub shows: TaskFields,
    /// The rules of exports to the object store.
    pub export: ExportRules,
    /// The rules of imports from the object store.
    pub object_import: ObjectImportRules,
}

/// The fields of a task that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskFields {
    /// All; the result is null until there is one.
    All,
    /// All but the image, the request and the user; the result is left out until there is one.
    WithoutOrigin,
}

/// The rules of exports to the object store.
#[derive(Clone, Copy, Debug)]
pub struct ExportRules {
    /// The property of an image whose number has bits that forbid an export, and those bits.
    pub licence: Option<(&'static str, u64)>,
}

/// The rules of imports from the object store.
#[derive(Clone, Copy, Debug)]
pub struct ObjectImportRules {
    /// The greatest size in bytes, of the file and of the disk inside.
    pub limit: u64,
    /// The format of the container around the disk.
    pub container_format: &'static str,
    /// The format of the disk.
    pub disk_format: &'static str,
    /// The properties of the image.
    pub properties: &'static [(&'static str, &'static str)],
    /// The property for the user who imports.
    pub creator: Option<&'static str>,
}

impl TaskRules {
    /// The tasks of Glance 33.
    pub const GLANCE: Self = Self {
        types: &[
            ("import", TaskKind::Import),
            ("api_image_import", TaskKind::ApiImageImport),
            ("location_import", TaskKind::LocationImport),
        ],
        // The other two came later, and the check was not told.
        filters: &["import"],
        create: Rule::TasksApiAccess,
        shows: TaskFields::All,
        export: ExportRules { licence: None },
        object_import: ObjectImportRules {
            limit: u64::MAX,
            container_format: "bare",
            disk_format: "vhd",
            properties: &[],
            creator: None,
        },
    };

    /// Returns the kind of work that a type of the API stands for.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<TaskKind> {
        let mut types = self.types.iter();
        types
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    }

    /// Returns the name of a kind in the API; that in the database for one which this cloud does not have.
    #[must_use]
    pub fn name(&self, kind: TaskKind) -> &'static str {
        let mut types = self.types.iter();
        types
            .find(|(_, known)| *known == kind)
            .map_or(kind.as_str(), |(name, _)| name)
    }
}

impl ExportRules {
    /// Returns the property and its value if they forbid the export of an image with these properties.
    #[must_use]
    pub fn forbids<'a>(
        &self,
        properties: &'a indexmap::IndexMap<String, String>,
    ) -> Option<(&'static str, &'a str)> {
        let (name, bits) = self.licence?;
        let value = properties.get(name)?;
        let number = value.trim().parse::<u64>().ok()?;
        (number & bits != 0).then_some((name, value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;

    #[test]
    fn a_kind_has_the_name_of_its_cloud_or_else_its_own() {
        let rules = TaskRules {
            types: &[("import", TaskKind::ObjectImport)],
            ..TaskRules::GLANCE
        };
        assert_eq!(rules.name(TaskKind::ObjectImport), "import");
        assert_eq!(rules.kind("import"), Some(TaskKind::ObjectImport));
        assert_eq!(rules.name(TaskKind::LocationImport), "location_import");
        assert_eq!(rules.kind("location_import"), None);
    }

    #[test]
    fn only_the_bits_of_the_licence_forbid_an_export() {
        let rules = ExportRules {
            licence: Some(("options", 4)),
        };
        for (value, forbidden) in [
            ("0", false),
            ("1", false),
            ("4", true),
            ("36", true),
            ("3", false),
            ("x", false),
        ] {
            let properties = IndexMap::from([("options".to_owned(), value.to_owned())]);
            let found = rules.forbids(&properties);
            assert_eq!(found, forbidden.then_some(("options", value)), "{value}");
        }
        assert_eq!(rules.forbids(&IndexMap::new()), None);
    }
}
