//! The query of a list: what its parameters have to be, what they filter by, and which page they ask for.

use chrono::DateTime;
use serde_json::json;

use super::text_filter::TextFilter;
use crate::db::Arg;
use crate::db::identity::{ColumnFilter, Entity};
use crate::identity::document::unexpected;
use crate::identity::error::{KeystoneError, Result};
use crate::identity::validation::{check_id, check_name, check_switch, is_true, unfit};

/// The parameters of a list's query, decoded, in the order given.
pub(crate) type Query = [(String, String)];

/// A filter of a list, named like the column that it looks at.
pub(crate) enum By {
    /// Those with this text, or with one that contains, begins or ends with it.
    Text(&'static str),
    /// Those with this truth value.
    Flag(&'static str),
    /// None: nothing here has such an attribute.
    Nothing(&'static str),
}

/// Keystone's sentence about a moment that is none.
pub(super) const NO_MOMENT: &str = "Timestamp not in expected format. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.";

/// The form that the value of a parameter must have.
pub(crate) enum ListForm {
    /// A name of so many characters at the most.
    Name(usize),
    /// An id.
    Id,
    /// A UUID, with or without hyphens.
    Uuid,
    /// A word for true or false.
    Switch,
    /// A comparison and a moment, such as `lt:2030-01-01T00:00:00Z`.
    Moment,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// The lists of a kind of resource.
pub(crate) struct Lists {
    /// The forms of parameters.
    pub(crate) forms: &'static [(&'static str, ListForm)],
    /// The filters.
    pub(crate) filters: &'static [By],
    /// `true` if the parameters `limit` and `marker` count.
    pub(crate) paged: bool,
    /// `true` if no other parameters may be given.
    pub(crate) closed: bool,
}

/// A part of a list.
#[derive(Debug)]
pub(crate) struct ResourcePage<R> {
    /// The resources.
    pub(crate) items: Vec<R>,
    /// The query of the next part, if this one is full.
    pub(crate) next: Option<Vec<(String, String)>>,
}

impl<R> From<Vec<R>> for ResourcePage<R> {
    fn from(items: Vec<R>) -> Self {
        Self { items, next: None }
    }
}

impl Lists {
    /// Fails if a parameter does not have its form.
    pub(crate) fn check(&self, query: &Query) -> Result<()> {
        for (name, value) in query {
            if let Some((_, form)) = self.forms.iter().find(|(known, _)| known == name) {
                form.check(name, value)?;
            } else if self.closed {
                return Err(KeystoneError::Invalid(unexpected(&[name])));
            }
        }
        Ok(())
    }

    /// Returns the filters for equality; `None` if nothing can pass them.
    pub(crate) fn exact(&self, query: &Query) -> Option<Vec<ColumnFilter>> {
        let mut filters = Vec::new();
        for (name, value) in query {
            for by in self.filters {
                match by {
                    By::Text(column) if column == name => {
                        filters.push((*column, Arg::from(value.as_str())));
                    }
                    By::Flag(column) if column == name => {
                        filters.push((*column, is_true(value).into()));
                    }
                    By::Nothing(column) if column == name => return None,
                    _ => {}
                }
            }
        }
        Some(filters)
    }

    /// Keeps those that pass the filters that compare text otherwise than for equality.
    pub(crate) fn narrow<E: Entity>(&self, query: &Query, found: &mut Vec<E>) {
        for (name, value) in query.iter().filter(|(name, _)| name.contains("__")) {
            for by in self.filters {
                if let By::Text(column) = by
                    && let Some(filter) = TextFilter::of(name, value, column)
                {
                    found.retain(|entity| passes(entity, column, &filter));
                }
            }
        }
    }

    /// Keeps those that pass all filters, where the database was not asked for them.
    pub(crate) fn narrow_all<E: Entity>(&self, query: &Query, found: &mut Vec<E>) {
        match self.exact(query) {
            None => found.clear(),
            Some(filters) => found.retain(|entity| {
                let values: Vec<_> = E::COLUMNS.iter().zip(entity.values()).collect();
                filters.iter().all(|(column, wanted)| {
                    let own = values.iter().find(|(known, _)| **known == *column);
                    own.is_some_and(|(_, own)| own == wanted)
                })
            }),
        }
        self.narrow(query, found);
    }

    /// Returns the part of a list that a query asks for.
    ///
    /// # Errors
    ///
    /// Fails if the marker is not in the list, or the limit is not a number.
    pub(crate) fn page<E: Entity>(
        &self,
        query: &Query,
        mut found: Vec<E>,
    ) -> Result<ResourcePage<E>> {
        let said = |name: &str| query.iter().find(|(known, _)| known == name);
        if !self.paged {
            return Ok(found.into());
        }
        if let Some((_, marker)) = said("marker").filter(|(_, marker)| !marker.is_empty()) {
            let place = found.iter().position(|entity| entity.id() == marker);
            let words =
                || KeystoneError::NotFoundAs(format!("Marker {marker} could not be found."));
            found.drain(..=place.ok_or_else(words)?);
        }
        let Some((_, limit)) = said("limit").filter(|(_, limit)| !limit.is_empty()) else {
            return Ok(found.into());
        };
        let limit: i64 = limit
            .parse()
            .map_err(|_| unfit("limit", &json!(limit), "is not of type 'integer'"))?;
        // Keystone takes none and less for no limit.
        let Some(limit) = usize::try_from(limit).ok().filter(|limit| *limit > 0) else {
            return Ok(found.into());
        };
        let full = found.len() >= limit;
        found.truncate(limit);
        let last = found.last().filter(|_| full);
        let next = last.map(|last| next_query(query, last.id(), limit));
        Ok(ResourcePage { items: found, next })
    }
}

/// Returns the query of the part of a list after this marker.
fn next_query(query: &Query, marker: &str, limit: usize) -> Vec<(String, String)> {
    let mut next: Vec<(String, String)> = query.to_vec();
    for (name, value) in [("marker", marker.to_owned()), ("limit", limit.to_string())] {
        match next.iter_mut().find(|(known, _)| known == name) {
            Some(pair) => pair.1 = value,
            None => next.push((name.to_owned(), value)),
        }
    }
    next
}

impl ListForm {
    /// Fails if a value does not have this form.
    pub(super) fn check(&self, name: &str, value: &str) -> Result<()> {
        let refuse = |reason: &str| Err(unfit(name, &json!(value), reason));
        match self {
            Self::Name(most) => check_name(name, value, *most),
            Self::Id => check_id(name, value),
            Self::Switch => check_switch(name, value),
            Self::Moment => {
                let moment = value.split_once(':').map(|(_, moment)| moment);
                let read = moment.and_then(|moment| DateTime::parse_from_rfc3339(moment).ok());
                read.map(drop)
                    .ok_or_else(|| KeystoneError::Invalid(NO_MOMENT.into()))
            }
            Self::Uuid if uuid::Uuid::try_parse(value).is_err() => refuse("is not a 'uuid'"),
            Self::Word(words) if !words.contains(&value) => {
                let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
                refuse(&format!("is not one of [{}]", words.join(", ")))
            }
            Self::Uuid | Self::Word(_) => Ok(()),
        }
    }
}

fn passes<E: Entity>(entity: &E, column: &str, filter: &TextFilter<'_>) -> bool {
    let mut values = E::COLUMNS.iter().zip(entity.values());
    let found = values.find(|(known, _)| **known == column);
    matches!(found, Some((_, Arg::Text(Some(text)))) if filter.fits(&text))
}
