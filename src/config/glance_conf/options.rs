//! The options of the real Glance: their names, types and defaults, as `scripts/refresh-glance-options` wrote them.

use std::sync::LazyLock;

use super::kind::OptionKind;

/// An option of Glance, of `glance_store` or of a library of both.
#[derive(Debug)]
pub(super) struct GlanceOption {
    /// The section; `store:KIND` for that of a store.
    pub(super) group: &'static str,
    /// The name.
    pub(super) name: &'static str,
    /// The type.
    pub(super) kind: OptionKind,
    /// The default, as a file would have it; nothing: there is none.
    pub(super) default: &'static str,
    /// Whether the value is shown nowhere.
    pub(super) secret: bool,
    /// The sections and names that it had before.
    pub(super) older: Vec<(&'static str, &'static str)>,
}

/// The tables: Glance's own options, those of stores, and those of libraries.
const TABLES: [&str; 3] = [
    include_str!("glance.tsv"),
    include_str!("stores.tsv"),
    include_str!("oslo.tsv"),
];

/// Every option, in the order of the tables.
pub(super) static OPTIONS: LazyLock<Vec<GlanceOption>> = LazyLock::new(|| {
    let lines = TABLES.iter().flat_map(|table| table.lines());
    lines.filter_map(read).collect()
});

fn read(line: &'static str) -> Option<GlanceOption> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    Some(GlanceOption {
        group: cell()?,
        name: cell()?,
        kind: OptionKind::read(cell()?)?,
        default: cell()?,
        secret: cell()? == "secret",
        older: cell()?
            .split(' ')
            .filter_map(|name| name.split_once('.'))
            .collect(),
    })
}

/// Returns the option of a section with this name.
pub(super) fn find(group: &str, name: &str) -> Option<&'static GlanceOption> {
    let mut all = OPTIONS.iter();
    all.find(|option| option.group == group && option.name == name)
}

/// Returns the option that has, or had, this name in this section.
pub(super) fn find_by_any_name(group: &str, name: &str) -> Option<&'static GlanceOption> {
    let had = |option: &&GlanceOption| option.older.contains(&(group, name));
    find(group, name).or_else(|| OPTIONS.iter().find(had))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_an_option() {
        let lines = TABLES.iter().flat_map(|table| table.lines()).count();
        assert_eq!(OPTIONS.len(), lines);
        assert!(lines > 500);
        for option in OPTIONS.iter().filter(|option| !option.default.is_empty()) {
            let (group, name) = (option.group, option.name);
            if let OptionKind::List {
                bracketed: true, ..
            } = option.kind
            {
                continue;
            }
            let value = option.kind.value(option.default);
            assert!(value.is_ok(), "[{group}] {name}: {value:?}");
        }
    }
}
