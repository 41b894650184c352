//! Rounds: clients work on both servers, one is killed, the other goes on, the first comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use serde_json::json;
use tokio::task::JoinSet;

use super::{Both, LEASE, PATIENCE, PAUSE};
use crate::client::{Client, Said, new_id};
use crate::ledger::Ledger;
use crate::place::Place;
use crate::worker::{Dice, promised};

/// How many clients work at once.
const WORKERS: u64 = 6;

/// How many requests are acknowledged after one server has died before the clients rest.
const AFTER: u64 = 40;

/// Kills one of two servers in the middle of many requests, again and again.
pub(super) async fn survive(both: &mut Both, place: &Place<'_>) {
    let (ledger, begin, imports) = (Ledger::default(), Instant::now(), Arc::default());
    for round in 0..crate::rounds() {
        let victim = usize::try_from(round % 2).unwrap();
        let work = Work::begin(both, &ledger, &imports, round, victim);
        work.until_acknowledged(Dice::new(round).roll(120) + 20)
            .await;
        both.kill(victim);
        work.dead.store(true, Ordering::SeqCst);
        work.until_acknowledged(AFTER).await;
        work.end().await;
        // By turns, so that each server is both restarted and replaced.
        if round / 2 % 2 == 0 {
            both.restart(victim).await;
        } else {
            both.replace(victim).await;
        }
        settle(&both.clients(), &ledger).await;
        at_rest(place).await;
        for which in 0..2 {
            ledger.check_touched(both.program(which), place).await;
        }
        ledger.rest();
    }
    for which in 0..2 {
        ledger.check(both.program(which), place).await;
    }
    let images = ledger.entries().len();
    let filled = ledger
        .entries()
        .values()
        .filter(|it| it.data.was.is_some())
        .count();
    println!(
        "{} rounds in {} s: {images} images, {filled} of them left with data, {} imports accepted",
        crate::rounds(),
        begin.elapsed().as_secs(),
        imports.load(Ordering::SeqCst)
    );
    ledger.fill_what_is_queued(both.program(0)).await;
}

/// Waits until no image is on its way anywhere; imports what was staged and not imported.
async fn settle(clients: &[Client; 2], ledger: &Ledger) {
    let begin = Instant::now();
    let entries = ledger.entries().clone().into_iter();
    let touched = entries.filter(|(_, it)| it.touched);
    let ids: Vec<String> = touched.map(|(id, _)| id).collect();
    for (at, id) in ids.iter().enumerate() {
        let client = &clients[at % 2];
        while let Some(image) = client.find(id).await.expect("an answer") {
            let locked = image.get("os_glance_import_task").is_some();
            match image["status"].as_str() {
                Some("active" | "queued") if !locked => break,
                Some("uploading") if !locked => {
                    let said = client.import(id, &direct()).await.expect("an answer");
                    // Refused as long as the one that took the data may come back.
                    assert!(said == 202 || said == 409, "{said}");
                }
                _ => {}
            }
            assert!(begin.elapsed() < PATIENCE, "stuck: {image}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Waits until the store has nothing that is on its way.
async fn at_rest(place: &Place<'_>) {
    let begin = Instant::now();
    while place.look().await.1 > 0 {
        let mut left = place.files();
        left.retain(|it| it.contains("upload") || it.contains("begun") || it.contains("staging"));
        assert!(begin.elapsed() < PATIENCE, "something is left: {left:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

fn direct() -> serde_json::Value {
    json!({ "method": { "name": "glance-direct" } })
}

/// Clients who talk to both servers.
struct Work {
    workers: JoinSet<()>,
    done: Arc<AtomicU64>,
    dead: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Work {
    fn begin(
        both: &Both,
        ledger: &Ledger,
        imports: &Arc<AtomicU64>,
        round: u64,
        victim: usize,
    ) -> Self {
        let mut work = Self {
            workers: JoinSet::new(),
            done: Arc::default(),
            dead: Arc::default(),
            stop: Arc::default(),
        };
        for worker in 0..WORKERS {
            let worker = Worker {
                clients: both.clients(),
                victim,
                ledger: ledger.clone(),
                imports: Arc::clone(imports),
                dice: Dice::new(round * WORKERS + worker + 1),
                done: Arc::clone(&work.done),
                dead: Arc::clone(&work.dead),
            };
            work.workers.spawn(worker.run(Arc::clone(&work.stop)));
        }
        work
    }

    async fn until_acknowledged(&self, more: u64) {
        let most = self.done.load(Ordering::SeqCst) + more;
        let begin = Instant::now();
        while self.done.load(Ordering::SeqCst) < most {
            assert!(begin.elapsed() < PATIENCE, "nobody works");
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    async fn end(mut self) {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(end) = self.workers.join_next().await {
            end.unwrap();
        }
    }
}

struct Worker {
    clients: [Client; 2],
    victim: usize,
    ledger: Ledger,
    imports: Arc<AtomicU64>,
    dice: Dice,
    done: Arc<AtomicU64>,
    dead: Arc<AtomicBool>,
}

impl Worker {
    async fn run(mut self, stop: Arc<AtomicBool>) {
        while !stop.load(Ordering::SeqCst) {
            // What was asked of a server that died stays open in the ledger.
            let _open = self.make_an_image().await;
        }
    }

    /// Makes an image, each request to either server, until one does not answer.
    async fn make_an_image(&mut self) -> Said<()> {
        let id = new_id();
        self.ledger.note(&id, |it| it.there.asked = Some(true));
        let one = self.pick();
        self.acknowledged(one, self.clients[one].create(&id), 201)
            .await?;
        self.ledger.note(&id, |it| it.there = promised(true));
        let data = self.data();
        let asked = Some(Some(data.clone()));
        self.ledger.note(&id, |it| it.data.asked = asked);
        let one = self.pick();
        if self.dice.roll(2) == 0 {
            self.acknowledged(one, self.clients[one].upload(&id, data.clone()), 204)
                .await?;
            self.ledger.note(&id, |it| it.data = promised(Some(data)));
        } else {
            self.acknowledged(one, self.clients[one].stage(&id, data.clone()), 204)
                .await?;
            let one = self.pick();
            self.acknowledged(one, self.clients[one].import(&id, &direct()), 202)
                .await?;
            self.imports.fetch_add(1, Ordering::SeqCst);
            // Whoever dies, it will be there.
            self.ledger.note(&id, |it| it.data = promised(Some(data)));
            return Some(());
        }
        if self.dice.roll(3) == 0 {
            self.ledger.note(&id, |it| it.there.asked = Some(false));
            let one = self.pick();
            self.acknowledged(one, self.clients[one].delete(&id), 204)
                .await?;
            self.ledger.note(&id, |it| {
                it.there = promised(false);
                it.data = promised(None);
            });
        }
        Some(())
    }

    /// Mostly little, sometimes more than goes into one part of anything.
    fn data(&mut self) -> Bytes {
        if self.dice.roll(12) == 0 {
            let byte = self.dice.roll(256).to_le_bytes()[0];
            return vec![byte; (9 << 20) + 7].into();
        }
        self.dice.bytes()
    }

    /// One of the servers that live.
    fn pick(&mut self) -> usize {
        if self.dead.load(Ordering::SeqCst) {
            return 1 - self.victim;
        }
        usize::from(self.dice.roll(2) == 0)
    }

    /// Only the one that dies may owe an answer. Either may say that the database is busy, if that was waited for as long
    /// as it is (a third of a lease), and has promised nothing then.
    async fn acknowledged(
        &self,
        one: usize,
        request: impl Future<Output = Said>,
        expected: u16,
    ) -> Said<()> {
        let begin = Instant::now();
        let said = request.await;
        if said.is_none() {
            assert_eq!(one, self.victim, "the other is silent");
        }
        if said == Some(503) {
            let waited = begin.elapsed();
            assert!(waited.as_secs() >= LEASE / 3, "busy after {waited:?}");
            return None;
        }
        assert_eq!(said?, expected);
        self.done.fetch_add(1, Ordering::SeqCst);
        Some(())
    }
}
