//! Reading rows into structs, for both databases.
//!
//! sqlx has a derive macro for this. It is not used because its crate compiles the drivers of both databases, SQLite itself
//! and a library of cryptography a second time, for the macros: see `docs/building.md`.

use sqlx::error::BoxDynError;
use sqlx::{ColumnIndex, Decode, Row, Type};

/// Implements `sqlx::FromRow` for a struct, for rows of SQLite and of PostgreSQL. All fields are listed:
///
/// - `field`: the column has the name of the field;
/// - `field: "column"`: it has another name;
/// - `field: String`: the column holds this type, and the field is made of it by `TryFrom`.
macro_rules! from_row {
    (@get $row:ident $field:ident) => {
        sqlx::Row::try_get($row, stringify!($field))?
    };
    (@get $row:ident $field:ident $column:literal) => {
        sqlx::Row::try_get($row, $column)?
    };
    (@get $row:ident $field:ident $stored:ident) => {
        $crate::db::from_row::convert::<_, $stored, _>($row, stringify!($field))?
    };
    (@implement $kind:ty, $name:ident { $($field:ident $(: $source:tt)?),+ }) => {
        impl sqlx::FromRow<'_, $kind> for $name {
            fn from_row(row: &$kind) -> sqlx::Result<Self> {
                Ok(Self { $($field: $crate::db::from_row!(@get row $field $($source)?)),+ })
            }
        }
    };
    ($name:ident { $($field:ident $(: $source:tt)?),+ $(,)? }) => {
        $crate::db::from_row!(@implement sqlx::sqlite::SqliteRow, $name { $($field $(: $source)?),+ });
        #[cfg(feature = "postgres")]
        $crate::db::from_row!(@implement sqlx::postgres::PgRow, $name { $($field $(: $source)?),+ });
    };
}
pub(crate) use from_row;

/// Reads a column as a `Stored` and converts it.
pub(crate) fn convert<'r, R, Stored, T>(row: &'r R, column: &'static str) -> sqlx::Result<T>
where
    R: Row,
    &'static str: ColumnIndex<R>,
    Stored: Decode<'r, R::Database> + Type<R::Database>,
    T: TryFrom<Stored>,
    T::Error: Into<BoxDynError>,
{
    let stored: Stored = row.try_get(column)?;
    T::try_from(stored).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    })
}
