//! The tasks of Rackspace Cloud Images: imports from Cloud Files and exports to it, by the users of an account.

use crate::domain::policy::Rule;
use crate::domain::task::{ExportRules, ObjectImportRules, TaskFields, TaskKind, TaskRules};

/// The rules of tasks.
pub(super) const TASKS: TaskRules = TaskRules {
    types: &[
        ("import", TaskKind::ObjectImport),
        ("export", TaskKind::Export),
    ],
    filters: &["import", "export"],
    create: Rule::AddTask,
    shows: TaskFields::WithoutOrigin,
    export: ExportRules {
        // The bit of Windows.
        licence: Some(("com.rackspace__1__options", 4)),
    },
    object_import: ObjectImportRules {
        limit: 40 << 30,
        container_format: "ovf",
        disk_format: "vhd",
        properties: &[
            ("image_type", "import"),
            ("os_type", "linux"),
            ("vm_mode", "hvm"),
            ("auto_disk_config", "False"),
            ("xenapi_use_agent", "False"),
            ("com.rackspace__1__source", "import"),
            ("com.rackspace__1__options", "0"),
            ("com.rackspace__1__build_core", "1"),
            ("com.rackspace__1__build_managed", "1"),
            ("com.rackspace__1__build_rackconnect", "1"),
            ("com.rackspace__1__visible_core", "1"),
            ("com.rackspace__1__visible_managed", "1"),
            ("com.rackspace__1__visible_rackconnect", "1"),
        ],
        creator: Some("user_id"),
    },
};
