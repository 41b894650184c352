//! The properties in which an import keeps its progress on the image; only the server sets them.
//! Glance: `glance/async_/flows/api_image_import.py`.

use std::collections::BTreeSet;

use indexmap::IndexMap;

/// The property with the ID of the task that has locked the image.
pub const LOCK: &str = "os_glance_import_task";

/// The property with the names of the stores that do not have the data yet.
pub const IMPORTING: &str = "os_glance_importing_to_stores";

/// The property with the names of the stores to which the import failed.
pub const FAILED: &str = "os_glance_failed_import";

/// The import properties among the custom properties of an image.
#[derive(Debug)]
pub struct ImportBookkeeping<'a>(pub &'a mut IndexMap<String, String>);

impl ImportBookkeeping<'_> {
    /// Locks the image for a task.
    pub fn take(&mut self, task: &str) {
        self.0.insert(LOCK.into(), task.into());
    }

    /// Removes the lock.
    pub fn release(&mut self) {
        self.0.shift_remove(LOCK);
    }

    /// Records that an import into these stores starts. Other stores stay in the lists.
    pub fn begin<'s>(&mut self, stores: impl IntoIterator<Item = &'s str>) {
        self.0.entry(IMPORTING.into()).or_default();
        self.0.entry(FAILED.into()).or_default();
        for store in stores {
            self.add(IMPORTING, store);
            self.remove(FAILED, store);
        }
    }

    /// Records that a store has the data.
    pub fn arrived(&mut self, store: &str) {
        self.remove(IMPORTING, store);
    }

    /// Records that the import into a store failed.
    pub fn failed(&mut self, store: &str) {
        self.remove(IMPORTING, store);
        self.add(FAILED, store);
    }

    /// Removes a store from both lists.
    pub fn forget(&mut self, store: &str) {
        self.remove(IMPORTING, store);
        self.remove(FAILED, store);
    }

    fn add(&mut self, name: &str, store: &str) {
        let list = self.0.entry(name.into()).or_default();
        let mut stores: BTreeSet<_> = list.split(',').filter(|name| !name.is_empty()).collect();
        stores.insert(store);
        let stores: Vec<_> = stores.into_iter().collect();
        *list = stores.join(",");
    }

    fn remove(&mut self, name: &str, store: &str) {
        if let Some(list) = self.0.get_mut(name) {
            let rest: Vec<_> = list.split(',').filter(|name| *name != store).collect();
            *list = rest.join(",");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_go_from_one_list_to_the_other() {
        let mut properties = IndexMap::new();
        let mut marks = ImportBookkeeping(&mut properties);
        marks.take("t");
        marks.begin(["fast", "cheap", "web"]);
        assert_eq!(marks.0[IMPORTING], "cheap,fast,web");
        marks.arrived("fast");
        marks.failed("web");
        marks.failed("web");
        assert_eq!((&*marks.0[IMPORTING], &*marks.0[FAILED]), ("cheap", "web"));
        marks.failed("cheap");
        assert_eq!((&*marks.0[IMPORTING], &*marks.0[FAILED]), ("", "cheap,web"));
        marks.begin(["cheap"]);
        assert_eq!((&*marks.0[IMPORTING], &*marks.0[FAILED]), ("cheap", "web"));
        marks.release();
        assert!(!marks.0.contains_key(LOCK));
    }
}
