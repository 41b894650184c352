//! The names of the servers that images were made from, as properties of images tell them.

use std::collections::BTreeMap;

use super::{Session, Sql};

/// The statement; of several names of one server the last row counts, which is that of the newest image.
const NAMES: &str = "SELECT server.value, named.value FROM image_properties server \
     JOIN images i ON i.id = server.image_id \
     JOIN image_properties named ON named.image_id = server.image_id \
     WHERE server.name = 'instance_uuid' AND named.name IN ('instance_name', 'server_name') \
     AND named.value <> '' AND i.status <> 'deleted' ORDER BY i.created_at, i.id, named.name DESC";

impl Session {
    /// Returns the names of servers by their ids.
    pub async fn source_servers(&mut self) -> sqlx::Result<BTreeMap<String, String>> {
        let rows: Vec<(String, String)> = self.all(Sql::new(NAMES)).await?;
        Ok(rows.into_iter().collect())
    }
}
