//! Those who keep the server busy until it dies.

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::client::{Client, Said, Upload, new_id};
use crate::ledger::Ledger;

/// How many work at once.
const WORKERS: u64 = 6;

/// How many uploads are half done when the server dies.
const HALVES: usize = 2;

/// All of them.
pub(crate) struct Work {
    workers: JoinSet<Said<()>>,
    _halves: Vec<Upload>,
}

impl Work {
    /// Lets them work for a while, as long as the seed says: some are in the middle of something.
    pub(crate) async fn begin(client: &Client, ledger: &Ledger, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut halves = Vec::new();
        for _ in 0..HALVES {
            let (id, upload) = client.begin_upload().await;
            ledger.note(&id, |it| it.there.was = true);
            halves.push(upload);
        }
        let (done, mut answers) = mpsc::unbounded_channel();
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let worker = Worker {
                client: client.clone(),
                ledger: ledger.clone(),
                dice: Dice::new(seed * WORKERS + worker + 1),
                done: done.clone(),
            };
            workers.spawn(worker.run());
        }
        drop(done);
        for _ in 0..dice.roll(120) + 20 {
            answers.recv().await.expect("somebody who works");
        }
        Self {
            workers,
            _halves: halves,
        }
    }

    /// Waits until everybody knows that the server is dead.
    pub(crate) async fn end(mut self) {
        while let Some(end) = self.workers.join_next().await {
            assert!(end.unwrap().is_none());
        }
    }
}

struct Worker {
    client: Client,
    ledger: Ledger,
    dice: Dice,
    done: mpsc::UnboundedSender<()>,
}

impl Worker {
    /// Makes, changes, fills and deletes images until there is no answer.
    async fn run(mut self) -> Said<()> {
        loop {
            let id = new_id();
            self.ledger.note(&id, |it| it.there.asked = Some(true));
            self.acknowledged(self.client.create(&id).await?, 201);
            self.ledger.note(&id, |it| it.there = promised(true));
            for _ in 0..self.dice.roll(3) {
                let name = Some(format!("name {}", self.dice.roll(1000)));
                self.ledger
                    .note(&id, |it| it.name.asked = Some(name.clone()));
                let said = self.client.rename(&id, name.as_deref().unwrap_or_default());
                self.acknowledged(said.await?, 200);
                self.ledger.note(&id, |it| it.name = promised(name));
            }
            let data = self.dice.bytes();
            self.ledger
                .note(&id, |it| it.data.asked = Some(Some(data.clone())));
            self.acknowledged(self.client.upload(&id, data.clone()).await?, 204);
            self.ledger.note(&id, |it| it.data = promised(Some(data)));
            if self.dice.roll(2) == 0 {
                self.ledger.note(&id, |it| it.there.asked = Some(false));
                self.acknowledged(self.client.delete(&id).await?, 204);
                self.ledger.note(&id, |it| {
                    it.there = promised(false);
                    it.data = promised(None);
                });
            }
        }
    }

    fn acknowledged(&self, status: u16, expected: u16) {
        assert_eq!(status, expected);
        // Nobody counts any more when the server is about to die.
        self.done.send(()).ok();
    }
}

pub(crate) fn promised<T>(it: T) -> crate::ledger::Promise<T> {
    crate::ledger::Promise {
        was: it,
        asked: None,
    }
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below this.
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    /// Data: mostly little, sometimes more than goes into one piece.
    pub(crate) fn bytes(&mut self) -> Bytes {
        let most = if self.roll(3) == 0 { 1 << 20 } else { 1 << 12 };
        let size = self.roll(most);
        std::iter::repeat_with(|| self.roll(256).to_le_bytes()[0])
            .take(usize::try_from(size).unwrap_or_default())
            .collect()
    }
}
