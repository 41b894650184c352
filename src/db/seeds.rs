//! Rows by the hundred, for seeds.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::images::{IMAGES, image_row};
use super::{Arg, Session, Sql};
use crate::Result;
use crate::domain::image::Image;
use crate::domain::member::Member;
use crate::domain::status::Status;
use crate::domain::task::Task;

/// Images that one statement names.
const SOME: usize = 500;

impl Session {
    /// Those of these ids that are or were an image's.
    pub async fn known_images(&mut self, ids: &[String]) -> Result<HashSet<String>> {
        self.among("SELECT id FROM images WHERE id IN ", ids).await
    }

    /// Claims the ids of images whose bytes are to come, and whose rows come only after them. Until then
    /// nobody sees them, the ids are taken, and what is kept by them is left alone. Such an image is
    /// a deleted one that is being uploaded: there are none of another kind.
    pub async fn claim_images(
        &mut self,
        images: &[&Image],
        server: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let claimed = |it: &&Image| Image {
            status: Status::Deleted,
            ..(*it).clone()
        };
        let claimed: Vec<_> = images.iter().map(claimed).collect();
        self.add_images(&claimed.iter().collect::<Vec<_>>()).await?;
        let rows = images
            .iter()
            .map(|it| vec![Arg::from(&it.id), server.into(), at.into()]);
        let into = "uploads (image_id, server, renewed_at)";
        self.add_rows(into, rows.collect()).await
    }

    /// Frees those of these ids that a server has claimed, for their rows to come; how many.
    pub async fn free_images(&mut self, ids: &[String], server: &str) -> Result<usize> {
        let mut freed = 0;
        for some in ids.chunks(SOME) {
            let sql = Sql::new("DELETE FROM uploads WHERE server = ")
                .bind(server)
                .then(" AND image_id IN ")
                .row(some.iter().map(Arg::from))
                .then(" RETURNING image_id");
            let rows: Vec<(String,)> = self.all(sql).await?;
            if !rows.is_empty() {
                let ids = rows.iter().map(|(it,)| Arg::from(it));
                let sql = Sql::new("DELETE FROM images WHERE status = 'deleted' AND id IN ");
                self.run(sql.row(ids)).await?;
            }
            freed += rows.len();
        }
        Ok(freed)
    }

    /// Forgets an id that was claimed, at the commit, once nobody claims it any more.
    pub fn forget_claimed(&mut self, id: &str) {
        let sql = Sql::new("DELETE FROM images WHERE status = 'deleted' AND id = ");
        self.queue(sql.bind(id));
    }

    /// Those of these ids that somebody has claimed.
    pub async fn claimed_images(&mut self, ids: &[String]) -> Result<HashSet<String>> {
        let sql = "SELECT id FROM images JOIN uploads ON image_id = id \
                   WHERE status = 'deleted' AND id IN ";
        self.among(sql, ids).await
    }

    /// Adds images with their bytes, properties, tags and locations. Of one that is deleted only its
    /// row is kept, as always.
    pub async fn add_images(&mut self, images: &[&Image]) -> Result<()> {
        let rows = images.iter().map(|it| image_row(it)).collect();
        self.add_rows(IMAGES, rows).await?;
        let left = images.iter().filter(|it| it.status != Status::Deleted);
        let (mut properties, mut tags, mut locations) = (Vec::new(), Vec::new(), Vec::new());
        for image in left {
            let id = || Arg::from(&image.id);
            for ((name, value), place) in image.properties.iter().zip(0i64..) {
                properties.push(vec![id(), name.into(), value.into(), place.into()]);
            }
            tags.extend(image.tags.iter().map(|tag| vec![id(), tag.into()]));
            for (location, place) in image.locations.iter().zip(0i64..) {
                let metadata = serde_json::Value::Object(location.metadata.clone()).to_string();
                let url = Arg::from(&location.url);
                locations.push(vec![id(), place.into(), url, metadata.into()]);
            }
        }
        let into = "image_properties (image_id, name, value, position)";
        self.add_rows(into, properties).await?;
        self.add_rows("image_tags (image_id, tag)", tags).await?;
        let into = "image_locations (image_id, position, url, metadata)";
        self.add_rows(into, locations).await
    }

    /// Adds members; one that is there twice counts once.
    pub async fn add_members(&mut self, members: &[Member]) -> Result<()> {
        let mut seen = HashSet::new();
        let once = members
            .iter()
            .filter(|it| seen.insert((it.image_id.as_str(), it.project.as_str())));
        let rows = once.map(|it| {
            vec![
                Arg::from(&it.image_id),
                Arg::from(&it.project),
                it.status.word().into(),
                false.into(),
                it.created_at.into(),
                it.updated_at.into(),
            ]
        });
        let into = "image_members (image_id, member, status, removed, created_at, updated_at)";
        self.add_rows(into, rows.collect()).await
    }

    /// Adds tasks that have ended.
    pub async fn add_tasks(&mut self, tasks: &[Task]) -> Result<()> {
        let rows = tasks.iter().map(|it| {
            vec![
                Arg::from(&it.id),
                it.kind.word().into(),
                it.status.word().into(),
                Arg::from(&it.owner),
                Arg::from(&it.user_id),
                Arg::from(&it.request_id),
                Arg::from(&it.roles),
                Arg::from(&it.image_id),
                Arg::from(&it.input),
                Arg::from(&it.result),
                Arg::from(&it.message),
                it.created_at.into(),
                it.updated_at.into(),
                it.expires_at.into(),
                it.attempts.into(),
            ]
        });
        let into = "tasks (id, kind, status, owner, user_id, request_id, roles, image_id, input, \
                    result, message, created_at, updated_at, expires_at, attempts)";
        self.add_rows(into, rows.collect()).await
    }
}
