//! Bulk inserts for seeds.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::images::{IMAGES, image_values};
use super::{Arg, Session, Sql};
use crate::Result;
use crate::domain::image::Image;
use crate::domain::member::Member;
use crate::domain::status::Status;
use crate::domain::task::Task;

/// The number of images that one statement names.
const IDS_PER_STATEMENT: usize = 500;

impl Session {
    /// Returns those of these ids that an image has or had, in whatever case.
    pub async fn existing_images(&mut self, ids: &[String]) -> Result<HashSet<String>> {
        let folded: Vec<_> = ids.iter().map(|id| id.to_ascii_lowercase()).collect();
        let sql = "SELECT DISTINCT lower(id) FROM images WHERE lower(id) IN ";
        let found = self.select_ids(sql, &folded).await?;
        let taken = ids.iter().zip(&folded);
        let taken = taken.filter(|(_, folded)| found.contains(*folded));
        Ok(taken.map(|(id, _)| id.clone()).collect())
    }

    /// Claims the ids of images for a server until their bytes are stored and their rows are added.
    ///
    /// Until then nobody sees the images, the ids are in use, and the sweep leaves their bytes alone. A
    /// claimed image is a deleted image with an upload, a combination that nothing else makes.
    pub async fn claim_image_ids(
        &mut self,
        images: &[&Image],
        server: &str,
        claim: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let claimed = |image: &&Image| Image {
            status: Status::Deleted,
            ..(*image).clone()
        };
        let claimed: Vec<_> = images.iter().map(claimed).collect();
        self.add_images(&claimed.iter().collect::<Vec<_>>()).await?;
        let row =
            |image: &&Image| vec![Arg::from(&image.id), server.into(), claim.into(), at.into()];
        let into = "uploads (image_id, server, claim, renewed_at)";
        self.add_rows(into, images.iter().map(row).collect())
            .await?;
        // By the clock that leases are measured by.
        let sql = self.push_now(Sql::new("UPDATE uploads SET renewed_at = "), at);
        Ok(self
            .run(sql.push(" WHERE claim = ").push_bind(claim))
            .await?)
    }

    /// Releases those of these ids that an attempt has claimed, so that their rows can be added; returns
    /// how many these are.
    pub async fn release_image_ids(&mut self, ids: &[String], claim: &str) -> Result<usize> {
        let mut released = 0;
        for chunk in ids.chunks(IDS_PER_STATEMENT) {
            let sql = Sql::new("DELETE FROM uploads WHERE claim = ")
                .push_bind(claim)
                .push(" AND image_id IN ")
                .push_tuple(chunk.iter().map(Arg::from))
                .push(" RETURNING image_id");
            let rows: Vec<(String,)> = self.all(sql).await?;
            if !rows.is_empty() {
                let ids = rows.iter().map(|(id,)| Arg::from(id));
                self.changes_all_images();
                let sql = Sql::new("DELETE FROM images WHERE status = 'deleted' AND id IN ");
                self.run(sql.push_tuple(ids)).await?;
            }
            released += rows.len();
        }
        Ok(released)
    }

    /// Deletes the row of an image that was only claimed, at the commit, once its upload is gone.
    pub fn delete_claimed_image(&mut self, id: &str) {
        self.changes_image(id);
        let sql = Sql::new("DELETE FROM images WHERE status = 'deleted' AND id = ");
        self.queue(sql.push_bind(id));
    }

    /// Returns those of these ids that a server has claimed.
    pub async fn claimed_image_ids(&mut self, ids: &[String]) -> Result<HashSet<String>> {
        let sql = "SELECT id FROM images JOIN uploads ON image_id = id \
                   WHERE status = 'deleted' AND id IN ";
        self.select_ids(sql, ids).await
    }

    /// Adds images with their properties, tags and locations. Of a deleted image only the row is added.
    pub async fn add_images(&mut self, images: &[&Image]) -> Result<()> {
        self.changes_all_images();
        let region = self.region_of_new();
        let rows = images.iter();
        let rows = rows
            .map(|image| image_values(image, region.clone()))
            .collect();
        self.add_rows(IMAGES, rows).await?;
        let alive = images
            .iter()
            .filter(|image| image.status != Status::Deleted);
        let (mut properties, mut tags, mut locations) = (Vec::new(), Vec::new(), Vec::new());
        for image in alive {
            let id = || Arg::from(&image.id);
            for ((name, value), position) in image.properties.iter().zip(0i64..) {
                properties.push(vec![id(), name.into(), value.into(), position.into()]);
            }
            tags.extend(image.tags.iter().map(|tag| vec![id(), tag.into()]));
            for (location, position) in image.locations.iter().zip(0i64..) {
                let metadata = serde_json::Value::Object(location.metadata.clone()).to_string();
                let url = Arg::from(&location.url);
                locations.push(vec![id(), position.into(), url, metadata.into()]);
            }
        }
        let into = "image_properties (image_id, name, value, position)";
        self.add_rows(into, properties).await?;
        self.add_rows("image_tags (image_id, tag)", tags).await?;
        let into = "image_locations (image_id, position, url, metadata)";
        self.add_rows(into, locations).await
    }

    /// Adds members; duplicates count once.
    pub async fn add_members(&mut self, members: &[Member]) -> Result<()> {
        let mut seen = HashSet::new();
        let once = members
            .iter()
            .filter(|member| seen.insert((member.image_id.as_str(), member.project.as_str())));
        let rows = once.map(|member| {
            vec![
                Arg::from(&member.image_id),
                Arg::from(&member.project),
                member.status.as_str().into(),
                false.into(),
                member.created_at.into(),
                member.updated_at.into(),
            ]
        });
        let into = "image_members (image_id, member, status, removed, created_at, updated_at)";
        self.add_rows(into, rows.collect()).await
    }

    /// Adds finished tasks.
    pub async fn add_tasks(&mut self, tasks: &[Task]) -> Result<()> {
        let region = self.region_of_new();
        let rows = tasks.iter().map(|task| {
            vec![
                Arg::from(&task.id),
                task.kind.as_str().into(),
                task.status.as_str().into(),
                Arg::from(&task.owner),
                Arg::from(&task.user_id),
                Arg::from(&task.request_id),
                Arg::from(&task.roles),
                Arg::from(&task.image_id),
                Arg::from(&task.input),
                Arg::from(&task.result),
                Arg::from(&task.message),
                task.created_at.into(),
                task.updated_at.into(),
                task.expires_at.into(),
                task.attempts.into(),
                region.clone(),
            ]
        });
        let into = "tasks (id, kind, status, owner, user_id, request_id, roles, image_id, input, \
                    result, message, created_at, updated_at, expires_at, attempts, region)";
        self.add_rows(into, rows.collect()).await
    }
}
