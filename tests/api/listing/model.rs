//! Any images, any question: a list says what a simple-minded model says.

use std::cmp::Ordering;
use std::fmt::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::glance::{Glance, Image, Person, glance};

const PROJECTS: [&str; 3] = ["alice-project", "bob-project", "carol-project"];
const VISIBILITIES: [&str; 4] = ["public", "community", "shared", "private"];
const SORT_KEYS: [&str; 5] = ["name", "disk_format", "size", "status", "created_at"];

/// What an image is made of: each a choice among few, so that many are alike.
#[derive(Clone, Debug)]
struct Seed {
    owner: usize,
    visibility: usize,
    name: Option<&'static str>,
    disk_format: &'static str,
    data: Option<usize>,
    min_ram: u8,
    tags: Vec<&'static str>,
    property: Option<&'static str>,
    hidden: bool,
    member: Option<&'static str>,
}

fn seed() -> impl Strategy<Value = Seed> {
    let names = prop::option::of(prop::sample::select(vec!["", "a", "b", "B", "ä"]));
    let tags = prop::sample::subsequence(vec!["x", "y", "z"], 0..=2);
    let property = prop::option::of(prop::sample::select(vec!["1", "2"]));
    let member = prop::option::of(prop::sample::select(vec![
        "pending", "accepted", "rejected",
    ]));
    let what = (
        0..3_usize,
        0..4_usize,
        names,
        prop::sample::select(vec!["raw", "ami"]),
    );
    let more = (prop::option::of(0..3_usize), 0..3_u8, tags, property);
    let rest = (prop::bool::weighted(0.1), member);
    (what, more, rest).prop_map(|(what, more, rest)| Seed {
        owner: what.0,
        visibility: what.1,
        name: what.2,
        disk_format: what.3,
        data: more.0,
        min_ram: more.1,
        tags: more.2,
        property: more.3,
        hidden: rest.0,
        member: rest.1,
    })
}

/// A question; the caller is Alice, or an admin of her project.
#[derive(Clone, Debug)]
struct Question {
    admin: bool,
    visibility: Option<&'static str>,
    member_status: Option<&'static str>,
    name: Option<Vec<&'static str>>,
    tags: Vec<&'static str>,
    property: Option<&'static str>,
    least_ram: Option<u8>,
    hidden: Option<bool>,
    sort: Vec<(&'static str, bool)>,
    limit: usize,
}

fn question() -> impl Strategy<Value = Question> {
    let visibility = prop::option::of(prop::sample::select(vec![
        "public",
        "community",
        "shared",
        "private",
        "all",
    ]));
    let status = prop::option::of(prop::sample::select(vec![
        "pending", "accepted", "rejected", "all",
    ]));
    let name = prop::option::weighted(
        0.3,
        prop::sample::subsequence(vec!["", "a", "b", "ä"], 1..=3),
    );
    let tags = prop::sample::subsequence(vec!["x", "y"], 0..=2);
    let property = prop::option::weighted(0.3, prop::sample::select(vec!["1", "2"]));
    let sort = prop::sample::subsequence(SORT_KEYS.to_vec(), 0..=3).prop_shuffle();
    let sort = sort.prop_flat_map(|keys| {
        keys.into_iter()
            .map(|it| (Just(it), any::<bool>()))
            .collect::<Vec<_>>()
    });
    let who = (prop::bool::weighted(0.2), visibility, status);
    let what = (
        name,
        tags,
        property,
        prop::option::weighted(0.3, 0..3_u8),
        prop::option::weighted(0.2, any::<bool>()),
    );
    (who, what, sort, 1..5_usize).prop_map(|(who, what, sort, limit)| Question {
        admin: who.0,
        visibility: who.1,
        member_status: who.2,
        name: what.0,
        tags: what.1,
        property: what.2,
        least_ram: what.3,
        hidden: what.4,
        sort,
        limit,
    })
}

impl Question {
    fn query(&self) -> String {
        let mut query = format!("?limit={}", self.limit);
        let mut ask = |name: &str, value: &str| {
            write!(query, "&{name}={}", value.replace('ä', "%C3%A4")).unwrap();
        };
        if let Some(it) = self.visibility {
            ask("visibility", it);
        }
        if let Some(it) = self.member_status {
            ask("member_status", it);
        }
        match self.name.as_deref() {
            Some([one]) => ask("name", one),
            Some(several) => ask("name", &format!("in:{}", several.join(","))),
            None => {}
        }
        self.tags.iter().for_each(|it| ask("tag", it));
        if let Some(it) = self.property {
            ask("p", it);
        }
        if let Some(it) = self.least_ram {
            ask("min_ram_min", &it.to_string());
        }
        if let Some(it) = self.hidden {
            ask("os_hidden", &it.to_string());
        }
        let word = |up: bool| if up { "asc" } else { "desc" };
        let keys: Vec<_> = self
            .sort
            .iter()
            .map(|(key, up)| format!("{key}:{}", word(*up)))
            .collect();
        if !keys.is_empty() {
            ask("sort", &keys.join(","));
        }
        query
    }

    /// The ids of all that is asked for, in order.
    fn answer(&self, world: &[(Seed, Image)]) -> Vec<String> {
        let mut found: Vec<_> = world
            .iter()
            .enumerate()
            .filter(|(_, (seed, _))| self.sees(seed) && self.wants(seed))
            .collect();
        found.sort_by(|(one, (_, a)), (other, (_, b))| self.order(a, b, one.cmp(other)));
        found
            .into_iter()
            .map(|(_, (_, image))| image.id.clone())
            .collect()
    }

    fn sees(&self, seed: &Seed) -> bool {
        let visibility = VISIBILITIES[seed.visibility];
        let own = seed.owner == 0;
        let status = self.member_status.unwrap_or("accepted");
        let shared = visibility == "shared"
            && seed
                .member
                .is_some_and(|it| status == "all" || it == status);
        let open = visibility == "public" || visibility == "community";
        let known = self.admin || own || open || shared;
        known
            && match self.visibility {
                None => visibility != "community" || own,
                Some("all") => true,
                Some(wanted) => visibility == wanted,
            }
    }

    fn wants(&self, seed: &Seed) -> bool {
        let name = |it: &Vec<&str>| seed.name.is_some_and(|name| it.contains(&name));
        seed.hidden == self.hidden.unwrap_or(false)
            && self.name.as_ref().is_none_or(name)
            && self.tags.iter().all(|it| seed.tags.contains(it))
            && self.property.is_none_or(|it| seed.property == Some(it))
            && self.least_ram.is_none_or(|it| seed.min_ram >= it)
    }

    /// By the keys, then by the time, which no two images share: in the one direction that is asked
    /// for, or downwards. (Documents tell times to the second only.)
    fn order(&self, one: &Image, other: &Image, by_time: Ordering) -> Ordering {
        let up = matches!(self.sort.as_slice(), [(_, true)]);
        let mut keys = self.sort.clone();
        keys.push(("created_at", up));
        let compare = |key: &str| match (&one[key], &other[key]) {
            _ if key == "created_at" => by_time,
            (Value::String(a), Value::String(b)) => a.cmp(b),
            (Value::String(a), Value::Null) => a.as_str().cmp(""),
            (Value::Null, Value::String(b)) => "".cmp(b.as_str()),
            (a, b) => a.as_u64().unwrap_or(0).cmp(&b.as_u64().unwrap_or(0)),
        };
        let ordered = keys.into_iter().map(|(key, up)| {
            let order = compare(key);
            if up { order } else { order.reverse() }
        });
        ordered.fold(Ordering::Equal, Ordering::then)
    }
}

/// Makes it so.
async fn make(glance: &Glance, seed: &Seed) -> Image {
    let admin = glance.admin();
    let mut fields = json!({
        "owner": PROJECTS[seed.owner], "visibility": VISIBILITIES[seed.visibility],
        "name": seed.name, "disk_format": seed.disk_format, "container_format": "ami",
        "min_ram": seed.min_ram, "tags": seed.tags, "os_hidden": seed.hidden,
    });
    if let Some(value) = seed.property {
        fields["p"] = value.into();
    }
    let image = admin.create(fields).await;
    if let Some(bytes) = seed.data {
        admin.upload(&image, vec![b'x'; bytes]).await.is(204);
    }
    if let (Some(status), "shared", 1..) = (seed.member, VISIBILITIES[seed.visibility], seed.owner)
    {
        let request = admin
            .post(image.at("/members"))
            .json(json!({ "member": PROJECTS[0] }));
        request.await.is(200);
        let request = admin.put(image.at(&format!("/members/{}", PROJECTS[0])));
        request.json(json!({ "status": status })).await.is(200);
    }
    admin.see(&image).await
}

/// All pages of an answer, as ids.
async fn walk(person: &Person, question: &Question) -> Vec<Vec<String>> {
    let mut path = format!("/v2/images{}", question.query());
    let mut pages = Vec::new();
    loop {
        let answer = person.get(&path).await.is(200);
        let images = answer["images"].as_array().unwrap().iter();
        pages.push(
            images
                .map(|it| it["id"].as_str().unwrap().to_owned())
                .collect(),
        );
        match answer["next"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return pages,
        }
    }
}

async fn check(seeds: &[Seed], questions: &[Question]) -> Result<(), TestCaseError> {
    let glance = glance().await;
    let (alice, admin) = (
        glance.person("alice"),
        glance.bearer("root:alice-project:admin"),
    );
    let mut world = Vec::new();
    for seed in seeds {
        world.push((seed.clone(), make(&glance, seed).await));
    }
    for question in questions {
        let expected = question.answer(&world);
        let pages = walk(if question.admin { &admin } else { &alice }, question).await;
        prop_assert_eq!(pages.concat(), expected, "{}", question.query());
        for page in pages.iter().rev().skip(1) {
            prop_assert_eq!(page.len(), question.limit, "only the last page is not full");
        }
    }
    Ok(())
}

#[test]
fn a_list_is_what_the_model_says() {
    let config = Config {
        cases: 8,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let worlds = (
        prop::collection::vec(seed(), 1..20),
        prop::collection::vec(question(), 10),
    );
    TestRunner::new(config)
        .run(&worlds, |(seeds, questions)| {
            runtime.block_on(check(&seeds, &questions))
        })
        .unwrap();
}
