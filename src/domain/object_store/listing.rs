//! Listings of containers and objects. Swift: `list_objects_iter` in `swift/container/backend.py`.

use super::error::ObjectStoreError;

/// The number of names that are read at a time where names are rolled up: most of what is read behind a directory
/// is read in vain.
const ROLLED_UP_AT_A_TIME: usize = 256;

/// The parameters of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingQuery {
    /// The greatest number of entries.
    pub limit: usize,
    /// The names after this one, if it is not empty.
    pub marker: String,
    /// The names before this one, if it is not empty.
    pub end_marker: String,
    /// The names that begin so.
    pub prefix: String,
    /// The text at which names are cut: what is before it is a directory.
    pub delimiter: String,
    /// The directory whose own objects are listed.
    pub path: Option<String>,
    /// Whether the order is descending.
    pub reverse: bool,
}

/// A range of names, and how many of them are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameWindow {
    /// The first name, or the one before it; `None` if there is no limit.
    pub lower: Option<LowerBound>,
    /// The name behind the last one; `None` if there is no limit.
    pub upper: Option<String>,
    /// The greatest number of names.
    pub limit: usize,
    /// Whether the order is descending.
    pub reverse: bool,
}

/// The lower bound of a range of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LowerBound {
    /// The range begins with the name.
    From(String),
    /// The range begins behind the name.
    After(String),
}

/// The meaning of a name in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedName {
    /// An entry of its own.
    Entry,
    /// Nothing.
    Left,
    /// The first name in a directory, which is an entry if it has a name here. What follows is to be read behind it.
    Directory(Option<String>),
}

/// An entry of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListingEntry<T> {
    /// An object or a container.
    Item(T),
    /// The beginning that several names have in common, with the delimiter.
    Directory(String),
}

/// A listing in the course of being read.
#[derive(Clone, Debug)]
pub struct Rollup {
    reverse: bool,
    limit: usize,
    marker: String,
    /// Whether the marker itself belongs to the rest.
    from_marker: bool,
    end_marker: String,
    first_marker: String,
    prefix: String,
    delimiter: String,
    path: Option<String>,
}

impl ListingQuery {
    /// Sets a parameter of a query string; others than those of a listing are ignored.
    ///
    /// # Errors
    ///
    /// Fails if the value is not valid.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), ObjectStoreError> {
        match name {
            "marker" => value.clone_into(&mut self.marker),
            "end_marker" => value.clone_into(&mut self.end_marker),
            "prefix" => value.clone_into(&mut self.prefix),
            "delimiter" => value.clone_into(&mut self.delimiter),
            "path" => self.path = Some(value.to_owned()),
            "reverse" => self.reverse = is_true(value),
            "limit" => self.limit = limit(value, self.limit)?,
            _ => return Ok(()),
        }
        if value.contains('\0') {
            let text = format!("\"{name}\" parameter cannot contain reserved bytes");
            return Err(ObjectStoreError::Invalid(text));
        }
        Ok(())
    }
}

/// Returns the limit that a text says; one that is no number says none.
fn limit(text: &str, most: usize) -> Result<usize, ObjectStoreError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(most);
    }
    let limit = text.parse().unwrap_or(usize::MAX);
    if limit > most {
        return Err(ObjectStoreError::Unfit(format!("Maximum limit is {most}")));
    }
    Ok(limit)
}

/// Returns whether a text says yes. Swift: `TRUE_VALUES` in `swift/common/utils`.
#[must_use]
pub fn is_true(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    matches!(&*text, "true" | "1" | "yes" | "on" | "t" | "y")
}

impl Rollup {
    /// Begins to read a listing.
    #[must_use]
    pub fn new(query: &ListingQuery) -> Self {
        let query = query.clone();
        let (marker, end_marker) = if query.reverse {
            (query.end_marker, query.marker)
        } else {
            (query.marker, query.end_marker)
        };
        let (prefix, delimiter, path) = match query.path {
            Some(path) if path.is_empty() => (String::new(), "/".to_owned(), Some(path)),
            Some(path) => {
                let path = format!("{}/", path.trim_end_matches('/'));
                (path.clone(), "/".to_owned(), Some(path))
            }
            None => (query.prefix, query.delimiter, None),
        };
        Self {
            reverse: query.reverse,
            limit: query.limit,
            first_marker: marker.clone(),
            marker,
            from_marker: false,
            end_marker,
            prefix,
            delimiter,
            path,
        }
    }

    /// Returns whether names are cut at a delimiter.
    fn is_rolled_up(&self) -> bool {
        !self.delimiter.is_empty()
    }

    /// Returns the names to read next when there are so many entries; `None` if these are enough.
    #[must_use]
    pub fn window(&self, entries: usize) -> Option<NameWindow> {
        let left = self.limit.checked_sub(entries).filter(|left| *left > 0)?;
        let lower = if self.from_marker {
            Some(LowerBound::From(self.marker.clone()))
        } else if !self.marker.is_empty() && self.marker >= self.prefix {
            Some(LowerBound::After(self.marker.clone()))
        } else {
            let prefix = Some(self.prefix.clone()).filter(|prefix| !prefix.is_empty());
            prefix.map(LowerBound::From)
        };
        let end = Some(self.end_marker.clone()).filter(|end| !end.is_empty());
        let upper = match (end, behind_prefix(&self.prefix)) {
            (Some(end), Some(behind)) => Some(end.min(behind)),
            (end, behind) => end.or(behind),
        };
        let limit = if self.is_rolled_up() {
            left.min(ROLLED_UP_AT_A_TIME)
        } else {
            left
        };
        Some(NameWindow {
            lower,
            upper,
            limit,
            reverse: self.reverse,
        })
    }

    /// Adds what was read of a window to a listing; returns true if there is more to read.
    pub fn add<T>(
        &mut self,
        rows: Vec<T>,
        window: &NameWindow,
        name: impl Fn(&T) -> &str,
        listing: &mut Vec<ListingEntry<T>>,
    ) -> bool {
        let is_full = rows.len() >= window.limit;
        for row in rows {
            match self.accept(name(&row)) {
                ListedName::Entry => listing.push(ListingEntry::Item(row)),
                ListedName::Left => {}
                ListedName::Directory(directory) => {
                    listing.extend(directory.map(ListingEntry::Directory));
                    return true;
                }
            }
        }
        is_full
    }

    /// Says what the next name is.
    pub fn accept(&mut self, name: &str) -> ListedName {
        self.from_marker = false;
        if self.reverse {
            name.clone_into(&mut self.end_marker);
        } else {
            name.clone_into(&mut self.marker);
        }
        if !self.is_rolled_up() {
            return ListedName::Entry;
        }
        if self.path.as_deref() == Some(name) {
            return ListedName::Left;
        }
        let Some(rest) = name.strip_prefix(&*self.prefix) else {
            return ListedName::Entry;
        };
        let Some((before, after)) = rest.split_once(&*self.delimiter) else {
            return ListedName::Entry;
        };
        if self.path.is_some() && after.is_empty() {
            return ListedName::Entry;
        }
        let directory = format!("{}{before}{}", self.prefix, self.delimiter);
        self.skip(&directory);
        let is_listed = self.path.is_none() && directory != self.first_marker;
        ListedName::Directory(is_listed.then_some(directory))
    }

    /// Goes on behind all names of a directory.
    fn skip(&mut self, directory: &str) {
        if self.reverse {
            directory.clone_into(&mut self.end_marker);
        } else if let Some(behind) = behind_prefix(directory) {
            self.marker = behind;
            self.from_marker = true;
        }
    }
}

/// Returns the least text that is greater than all that begin with a prefix; `None` if there is none.
fn behind_prefix(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // Between these two are no characters, and ranges of characters know that.
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists names as a container does that has these.
    fn list(names: &[&str], query: &ListingQuery) -> Vec<String> {
        let (mut entries, mut rollup) = (Vec::new(), Rollup::new(query));
        while let Some(window) = rollup.window(entries.len()) {
            let mut rows: Vec<_> = names
                .iter()
                .filter(|name| match &window.lower {
                    Some(LowerBound::From(from)) => **name >= from.as_str(),
                    Some(LowerBound::After(after)) => **name > after.as_str(),
                    None => true,
                })
                .filter(|name| window.upper.as_deref().is_none_or(|upper| **name < upper))
                .collect();
            rows.sort();
            if window.reverse {
                rows.reverse();
            }
            rows.truncate(window.limit);
            if rows.is_empty() {
                break;
            }
            rollup.add(rows, &window, |name| name, &mut entries);
        }
        let entries = entries.into_iter().map(|entry| match entry {
            ListingEntry::Item(name) => (*name).to_owned(),
            ListingEntry::Directory(directory) => directory,
        });
        entries.collect()
    }

    const NAMES: [&str; 9] = [
        "a",
        "b/",
        "b/1",
        "b/2/x",
        "b/3",
        "c",
        "d/e/f",
        "ü/1",
        "\u{10ffff}/1",
    ];

    fn query(parameters: &[(&str, &str)]) -> ListingQuery {
        let mut query = ListingQuery {
            limit: 10_000,
            ..ListingQuery::default()
        };
        for (name, value) in parameters {
            query.set(name, value).unwrap();
        }
        query
    }

    #[test]
    fn names_are_cut_at_the_delimiter() {
        let list = |parameters: &[(&str, &str)]| list(&NAMES, &query(parameters));
        let directories = ["a", "b/", "c", "d/", "ü/", "\u{10ffff}/"];
        assert_eq!(list(&[("delimiter", "/")]), directories);
        let mut falling = directories;
        falling.reverse();
        assert_eq!(list(&[("delimiter", "/"), ("reverse", "1")]), falling);
        let inside = ["b/", "b/1", "b/2/", "b/3"];
        assert_eq!(list(&[("delimiter", "/"), ("prefix", "b/")]), inside);
        assert_eq!(list(&[("delimiter", "/"), ("prefix", "b")]), ["b/"]);
        let after = ["c", "d/", "ü/", "\u{10ffff}/"];
        assert_eq!(list(&[("delimiter", "/"), ("marker", "b/")]), after);
        let two = [("delimiter", "/"), ("limit", "2")];
        assert_eq!(list(&two), ["a", "b/"]);
    }

    #[test]
    fn names_lie_between_the_markers() {
        let list = |parameters: &[(&str, &str)]| list(&NAMES, &query(parameters));
        let between = [("marker", "b/1"), ("end_marker", "d")];
        assert_eq!(list(&between), ["b/2/x", "b/3", "c"]);
        let falling = [("marker", "d"), ("end_marker", "b/1"), ("reverse", "true")];
        assert_eq!(list(&falling), ["c", "b/3", "b/2/x"]);
        let prefix = ["b/", "b/1", "b/2/x", "b/3"];
        assert_eq!(list(&[("prefix", "b/")]), prefix);
        assert_eq!(list(&[("prefix", "b/"), ("marker", "a")]), prefix);
        assert_eq!(list(&[("prefix", "x")]).len(), 0);
        assert_eq!(list(&[("limit", "0")]).len(), 0);
        assert_eq!(list(&[("limit", "many")]).len(), NAMES.len());
    }

    #[test]
    fn a_path_lists_its_own_objects() {
        let list = |path: &str| list(&NAMES, &query(&[("path", path)]));
        assert_eq!(list(""), ["a", "b/", "c"]);
        assert_eq!(list("b"), ["b/1", "b/3"]);
        assert_eq!(list("b/"), ["b/1", "b/3"]);
        assert_eq!(list("d").len(), 0);
    }

    #[test]
    fn more_than_the_limit_is_refused() {
        let refused = query(&[]).set("limit", "10001").unwrap_err();
        assert_eq!(refused.to_string(), "Maximum limit is 10000");
    }
}
