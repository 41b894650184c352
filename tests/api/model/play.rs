//! Plays a history to a server, and compares its answers with those of the model.

use serde_json::json;

use super::call::{Call, IMAGES, Question, Step};
use super::world::{MEMBER_QUOTA, PROPERTY_QUOTA, STORAGE_QUOTA, TAG_QUOTA, User, World};
use crate::glance::{Glance, Person, glance_with};

/// The server, and the names that this history gives to images.
pub(super) struct Player {
    glance: Glance,
    peer: Option<String>,
    /// Part of each id, for a server that saw other histories.
    run: u64,
}

/// Plays a history from the beginning.
pub(super) async fn play(steps: &[Step]) -> Result<(), String> {
    let player = Player::open().await;
    let mut world = World::default();
    let outcome = player.play(&mut world, steps).await;
    player.close(&world).await;
    outcome
}

impl Player {
    async fn open() -> Self {
        let glance = glance_with(|config| {
            let images = &mut config.images;
            images.user_storage_quota = STORAGE_QUOTA as u64;
            images.image_property_quota = i64::try_from(PROPERTY_QUOTA).unwrap();
            images.image_tag_quota = i64::try_from(TAG_QUOTA).unwrap();
            images.image_member_quota = i64::try_from(MEMBER_QUOTA).unwrap();
        })
        .await;
        let peer = std::env::var("LOOKALIKE_TEST_PEER").ok();
        let run = peer.as_ref().map_or(0, |_| getrandom::u64().unwrap());
        Self { glance, peer, run }
    }

    /// Deletes what a server that goes on would show to the next history.
    async fn close(self, world: &World) {
        if self.peer.is_some() {
            let root = self.person(User::Root);
            for id in world.images.keys() {
                let open = json!([{ "op": "replace", "path": "/protected", "value": false }]);
                root.patch(self.path(*id), open).await;
                root.delete(self.path(*id)).await;
            }
        }
        self.glance.stop().await;
    }

    async fn play(&self, world: &mut World, steps: &[Step]) -> Result<(), String> {
        for (number, Step { user, call }) in steps.iter().enumerate() {
            self.compare(world, *user, call).await?;
            let looker = User::ALL[number % User::ALL.len()];
            self.compare(world, looker, &Call::Show(call.image().unwrap_or(0)))
                .await?;
        }
        for user in User::ALL {
            for hidden in [false, true] {
                let all = Question {
                    visibility: Some("all"),
                    member_status: Some("all"),
                    hidden: Some(hidden),
                    ..Question::default()
                };
                self.compare(world, user, &Call::List(all)).await?;
            }
            for id in 0..IMAGES {
                self.compare(world, user, &Call::Show(id)).await?;
                self.compare(world, user, &Call::Members(id)).await?;
                self.compare(world, user, &Call::Download(id)).await?;
            }
        }
        Ok(())
    }

    async fn compare(&self, world: &mut World, user: User, call: &Call) -> Result<(), String> {
        let got = self.send(user, call).await;
        let wanted = world.answer(user, call);
        let seen = self.read(call, &got);
        if seen == wanted {
            return Ok(());
        }
        let text: String = got.text().chars().take(600).collect();
        Err(format!(
            "{user:?}: {call:?}\nthe model: {wanted:?}\nthe server: {seen:?}\n{text}"
        ))
    }

    pub(super) fn person(&self, user: User) -> Person {
        let project = user.project().word();
        let token = format!("{user:?}:{project}:{}", user.roles());
        match &self.peer {
            Some(url) => self.glance.at(url, token),
            None => self.glance.bearer(token),
        }
    }

    pub(super) fn id(&self, image: usize) -> String {
        let (high, low) = (self.run >> 32, self.run & 0xffff_ffff);
        format!("{high:08x}-0000-4000-8000-{image:04x}{low:08x}")
    }

    pub(super) fn path(&self, image: usize) -> String {
        format!("/v2/images/{}", self.id(image))
    }
}
