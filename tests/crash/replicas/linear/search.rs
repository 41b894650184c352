//! The search for an order, and one image as a server would have it that answers one request after the other.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

/// A request that was answered, and when.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) begin: Duration,
    pub(super) end: Duration,
    pub(super) operation: Operation,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create,
    Upload(String),
    Rename(String),
    Show,
    Download,
    Delete,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Status(u16),
    /// The status and the name of an image; nothing if there is none.
    Shown(Option<(String, Option<String>)>),
    /// A status and a body.
    Data(u16, String),
    /// A body that ended before it was whole.
    Interrupted,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (begin, end) = (self.begin.as_micros(), self.end.as_micros());
        write!(
            f,
            "{begin:>9}..{end:<9} {:?} {:?}",
            self.operation, self.outcome
        )
    }
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Image {
    Absent,
    Deleted,
    There {
        name: Option<String>,
        status: &'static str,
        data: Option<String>,
    },
}

/// How far a request has come: an upload takes two steps, with others between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Progress {
    Waiting,
    /// The upload has claimed the image.
    Claimed,
    Done,
}

/// A place in the search: how far each request has come, and the image then.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    progress: Vec<Progress>,
    image: Image,
}

/// Returns whether there is an order in which one server could have given these answers.
pub(super) fn has_an_order(events: &[Event]) -> bool {
    let (interrupted, events): (Vec<_>, Vec<_>) = events.iter().cloned().partition(is_interrupted);
    let events = &events[..];
    if !interrupted
        .iter()
        .all(|download| is_deleted_meanwhile(events, download))
    {
        return false;
    }
    let start = Place {
        progress: vec![Progress::Waiting; events.len()],
        image: Image::Absent,
    };
    let mut seen = HashSet::from([start.clone()]);
    let mut places = vec![start];
    while let Some(place) = places.pop() {
        if place.progress.iter().all(|it| *it == Progress::Done) {
            return true;
        }
        for next in nexts(events, &place) {
            if seen.insert(next.clone()) {
                places.push(next);
            }
        }
    }
    false
}

fn is_interrupted(event: &Event) -> bool {
    matches!(event.outcome, Outcome::Interrupted)
}

/// Whether a deletion took the data away while it was read: a database as a store is read piece by piece.
fn is_deleted_meanwhile(events: &[Event], download: &Event) -> bool {
    let deleted = |event: &&Event| {
        matches!(event.operation, Operation::Delete)
            && matches!(event.outcome, Outcome::Status(204))
    };
    let mut deletions = events.iter().filter(deleted);
    deletions.any(|event| event.begin <= download.end && download.begin <= event.end)
}

/// The places behind each step that can be the next one: of requests that began before any other was over.
fn nexts(events: &[Event], place: &Place) -> Vec<Place> {
    let open = || {
        let all = events.iter().zip(&place.progress).enumerate();
        all.filter(|(_, (_, progress))| **progress != Progress::Done)
    };
    let first_end = open().map(|(_, (event, _))| event.end).min();
    let can_be_next = |event: &Event| first_end.is_none_or(|end| event.begin <= end);
    let mut nexts = Vec::new();
    for (number, (event, progress)) in open().filter(|(_, (event, _))| can_be_next(event)) {
        for (progress, image) in steps(event, *progress, &place.image) {
            let mut next = place.clone();
            next.progress[number] = progress;
            next.image = image;
            nexts.push(next);
        }
    }
    nexts
}

/// How a request can go on from an image, if it is to be answered as it was.
fn steps(event: &Event, progress: Progress, image: &Image) -> Vec<(Progress, Image)> {
    let there = matches!(image, Image::There { .. });
    let done = |image: Image| vec![(Progress::Done, image)];
    let unchanged = |fits: bool| {
        if fits {
            done(image.clone())
        } else {
            Vec::new()
        }
    };
    match (&event.operation, &event.outcome) {
        (Operation::Create, Outcome::Status(201)) if *image == Image::Absent => {
            done(Image::There {
                name: None,
                status: "queued",
                data: None,
            })
        }
        (Operation::Create, Outcome::Status(409)) => unchanged(*image != Image::Absent),
        (Operation::Delete, Outcome::Status(204)) if there => done(Image::Deleted),
        (Operation::Rename(new), Outcome::Status(200)) => match image.clone() {
            Image::There { status, data, .. } => done(Image::There {
                name: Some(new.clone()),
                status,
                data,
            }),
            _ => Vec::new(),
        },
        (Operation::Delete | Operation::Rename(_), Outcome::Status(404))
        | (Operation::Show, Outcome::Shown(None))
        | (Operation::Download, Outcome::Data(404, _)) => unchanged(!there),
        (Operation::Show, Outcome::Shown(Some((shown, called)))) => unchanged(
            matches!(image, Image::There { name, status, .. } if name == called && status == shown),
        ),
        (Operation::Download, Outcome::Data(204, _)) => {
            unchanged(matches!(image, Image::There { data: None, .. }))
        }
        (Operation::Download, Outcome::Data(200, text)) => {
            unchanged(matches!(image, Image::There { data: Some(data), .. } if data == text))
        }
        (Operation::Upload(new), Outcome::Status(status)) => upload(new, *status, progress, image),
        _ => Vec::new(),
    }
}

/// The steps of an upload: it claims the image, and records its data.
fn upload(new: &str, answer: u16, progress: Progress, image: &Image) -> Vec<(Progress, Image)> {
    let unchanged = |fits: bool| {
        let done = (Progress::Done, image.clone());
        if fits { vec![done] } else { Vec::new() }
    };
    let claims = |image: &Image| match image.clone() {
        Image::There {
            name,
            status: "queued",
            data,
        } => vec![(
            Progress::Claimed,
            Image::There {
                name,
                status: "saving",
                data,
            },
        )],
        _ => Vec::new(),
    };
    match (answer, progress) {
        (204, Progress::Waiting) => claims(image),
        (204, Progress::Claimed) => match image.clone() {
            Image::There {
                name,
                status: "saving",
                ..
            } => vec![(
                Progress::Done,
                Image::There {
                    name,
                    status: "active",
                    data: Some(new.to_owned()),
                },
            )],
            _ => Vec::new(),
        },
        (404, _) => unchanged(!matches!(image, Image::There { .. })),
        (409, _) => unchanged(matches!(image, Image::There { status, .. } if *status != "queued")),
        // It was deleted while the data came, or between the look at it and the claim.
        (410, Progress::Waiting) if *image != Image::Deleted => claims(image),
        (410, _) => unchanged(*image == Image::Deleted),
        _ => Vec::new(),
    }
}
