//! The pages of lists that were read last.

use std::sync::Arc;

use lru::LruCache;

use crate::db::Sql;

/// The total size of the pages that are kept, in bytes.
const CAPACITY: usize = 4 << 20;

/// The size in bytes of an id in a page.
const ID_SIZE: usize = 36 + size_of::<String>();

/// Pages of lists: the ids that a statement found, in order.
#[derive(Debug)]
pub(super) struct KeptPages {
    pages: LruCache<Sql, Arc<[String]>>,
    /// The sum of the sizes of all pages, in bytes.
    size: usize,
}

impl Default for KeptPages {
    fn default() -> Self {
        Self {
            pages: LruCache::unbounded(),
            size: 0,
        }
    }
}

impl KeptPages {
    /// Returns the ids that this statement found, if they are kept.
    pub(super) fn get(&mut self, sql: &Sql) -> Option<Arc<[String]>> {
        self.pages.get(sql).map(Arc::clone)
    }

    /// Keeps the ids that a statement found. Those that were asked for longest ago make room.
    pub(super) fn insert(&mut self, sql: Sql, ids: Arc<[String]>) {
        self.size += size_of_page(&sql, &ids);
        if let Some((sql, ids)) = self.pages.push(sql, ids) {
            self.size -= size_of_page(&sql, &ids);
        }
        while self.size > CAPACITY
            && let Some((sql, ids)) = self.pages.pop_lru()
        {
            self.size -= size_of_page(&sql, &ids);
        }
    }

    /// Removes all pages.
    pub(super) fn clear(&mut self) {
        self.pages.clear();
        self.size = 0;
    }
}

/// Returns the size in bytes of a page in memory.
fn size_of_page(sql: &Sql, ids: &[String]) -> usize {
    sql.memory_size() + ids.len() * ID_SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(number: i64) -> Sql {
        Sql::new("SELECT id FROM images WHERE min_ram = ").push_bind(number)
    }

    #[test]
    fn statements_with_other_arguments_are_other_pages() {
        let mut pages = KeptPages::default();
        pages.insert(statement(1), ["one".to_owned()].into());
        assert_eq!(
            pages.get(&statement(1)).as_deref(),
            Some(&["one".to_owned()][..])
        );
        assert_eq!(pages.get(&statement(2)), None);
    }

    #[test]
    fn the_pages_asked_for_longest_ago_make_room() {
        let mut pages = KeptPages::default();
        let ids: Arc<[String]> = (0..1000).map(|id| id.to_string()).collect();
        for number in 0..200 {
            pages.insert(statement(number), Arc::clone(&ids));
            assert!(pages.get(&statement(0)).is_some());
        }
        assert!(pages.size <= CAPACITY);
        assert!(pages.get(&statement(1)).is_none());
        assert!(pages.get(&statement(199)).is_some());
        let sum: usize = pages
            .pages
            .iter()
            .map(|(sql, ids)| size_of_page(sql, ids))
            .sum();
        assert_eq!(pages.size, sum);
    }
}
