//! The marks that an import leaves on its image: custom properties that only the server sets.

use std::collections::BTreeSet;

use indexmap::IndexMap;

/// The task that an image is locked by.
pub const LOCK: &str = "os_glance_import_task";

/// The stores that the data is still to come into.
pub const IMPORTING: &str = "os_glance_importing_to_stores";

/// The stores that it did not come into.
const FAILED: &str = "os_glance_failed_import";

/// The marks of an image.
#[derive(Debug)]
pub struct Marks<'a>(pub &'a mut IndexMap<String, String>);

impl Marks<'_> {
    /// The image is a task's from now on.
    pub fn take(&mut self, task: &str) {
        self.0.insert(LOCK.into(), task.into());
    }

    /// It is no longer.
    pub fn release(&mut self) {
        self.0.shift_remove(LOCK);
    }

    /// An import into these stores begins; what the lists say of others stays.
    pub fn begin<'s>(&mut self, stores: impl IntoIterator<Item = &'s str>) {
        self.0.entry(IMPORTING.into()).or_default();
        self.0.entry(FAILED.into()).or_default();
        for store in stores {
            self.add(IMPORTING, store);
            self.remove(FAILED, store);
        }
    }

    /// The data is in this store.
    pub fn arrived(&mut self, store: &str) {
        self.remove(IMPORTING, store);
    }

    /// The data did not get into this store.
    pub fn failed(&mut self, store: &str) {
        self.remove(IMPORTING, store);
        self.add(FAILED, store);
    }

    /// Neither list speaks of this store any more.
    pub fn forget(&mut self, store: &str) {
        self.remove(IMPORTING, store);
        self.remove(FAILED, store);
    }

    fn add(&mut self, name: &str, store: &str) {
        let list = self.0.entry(name.into()).or_default();
        let mut stores: BTreeSet<_> = list.split(',').filter(|it| !it.is_empty()).collect();
        stores.insert(store);
        let stores: Vec<_> = stores.into_iter().collect();
        *list = stores.join(",");
    }

    fn remove(&mut self, name: &str, store: &str) {
        if let Some(list) = self.0.get_mut(name) {
            let rest: Vec<_> = list.split(',').filter(|it| *it != store).collect();
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
        let mut marks = Marks(&mut properties);
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
