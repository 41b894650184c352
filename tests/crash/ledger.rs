//! What the server has promised, written down by those it promised it to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use serde_json::Value;

use crate::client::Client;
use crate::place::Place;
use crate::program::Program;

/// Something that was asked for: until it is acknowledged, it may have happened or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Promise<T> {
    /// As it surely was before.
    pub(crate) was: T,
    /// As it was asked to become, if there is no answer yet.
    pub(crate) asked: Option<T>,
}

impl<T: Clone + PartialEq> Promise<T> {
    fn may_be(&self, found: &T) -> bool {
        match &self.asked {
            Some(asked) => asked == found || &self.was == found,
            None => &self.was == found,
        }
    }

    fn settle(&mut self, found: T) {
        *self = Self {
            was: found,
            asked: None,
        };
    }
}

/// What is known of an image.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) there: Promise<bool>,
    pub(crate) name: Promise<Option<String>>,
    pub(crate) data: Promise<Option<Bytes>>,
    /// Whether something was asked of it since all was last at rest.
    pub(crate) touched: bool,
}

/// All images that were ever asked for.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<BTreeMap<String, Entry>>>);

impl Ledger {
    pub(crate) fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.0.lock().unwrap()
    }

    /// Writes something down about an image.
    pub(crate) fn note(&self, id: &str, note: impl FnOnce(&mut Entry)) {
        let mut entries = self.entries();
        let entry = entries.entry(id.to_owned()).or_default();
        entry.touched = true;
        note(entry);
    }

    /// Nothing is asked of any image now.
    pub(crate) fn rest(&self) {
        self.entries()
            .values_mut()
            .for_each(|it| it.touched = false);
    }

    /// Compares all of it with what there is, and settles what was open.
    pub(crate) async fn check(&self, program: &Program, place: &Place<'_>) {
        self.compare(program, place, |_| true).await;
    }

    /// The same of what was touched; all of the place where the bytes are.
    pub(crate) async fn check_touched(&self, program: &Program, place: &Place<'_>) {
        self.compare(program, place, |it| it.touched).await;
    }

    async fn compare(&self, program: &Program, place: &Place<'_>, which: fn(&Entry) -> bool) {
        let client = program.client();
        let mut entries = self.entries().clone();
        entries.retain(|_, it| which(it));
        for (id, entry) in entries {
            let found = client.find(&id).await.expect("an answer");
            assert!(
                entry.there.may_be(&found.is_some()),
                "{id}: {found:?} {entry:?}"
            );
            let bytes = match &found {
                Some(image) => check_image(&client, &id, image, &entry).await,
                None => None,
            };
            let name = found
                .as_ref()
                .and_then(|it| it["name"].as_str().map(str::to_owned));
            self.note(&id, |it| {
                it.there.settle(found.is_some());
                it.name.settle(name);
                it.data.settle(bytes);
            });
        }
        let entries = self.entries().clone().into_iter();
        let needed = entries.filter(|(_, it)| it.data.was.is_some());
        let needed = needed.map(|(id, _)| id).collect();
        assert_eq!(place.look().await, (needed, 0));
    }

    /// Whatever a crash put back can be filled.
    pub(crate) async fn fill_what_is_queued(&self, program: &Program) {
        let client = program.client();
        let entries = self.entries().clone();
        let queued = entries
            .iter()
            .filter(|(_, it)| it.there.was && it.data.was.is_none());
        let queued: Vec<_> = queued.map(|(id, _)| id).collect();
        assert!(!queued.is_empty());
        for id in queued {
            assert_eq!(client.upload(id, "again").await, Some(204));
            let (status, data) = client.download(id).await.unwrap();
            assert_eq!((status, &data[..]), (200, &b"again"[..]));
        }
    }
}

/// Compares one image; its data, if it has some.
async fn check_image(client: &Client, id: &str, image: &Value, entry: &Entry) -> Option<Bytes> {
    let name = image["name"].as_str().map(str::to_owned);
    assert!(entry.name.may_be(&name), "{id}: {name:?} {:?}", entry.name);
    let (status, data) = client.download(id).await.expect("an answer");
    let found = match image["status"].as_str() {
        Some("active") => {
            assert_eq!(status, 200, "{id}");
            assert_eq!(image["size"], data.len());
            Some(data)
        }
        Some("queued") => {
            assert_eq!(status, 204, "{id}");
            assert!(image["size"].is_null() && image["checksum"].is_null());
            None
        }
        other => panic!("{id} is {other:?}"),
    };
    assert!(
        entry.data.may_be(&found),
        "{id}: not the data that was sent"
    );
    found
}
