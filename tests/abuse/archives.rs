//! Archives that hold more, or other things, than one file: what an import unpacks, and what a snapshot is read from.

use std::io::{Cursor, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use lookalike::Config;
use lookalike::config::Plugin;
use serde_json::{Value, json};
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::glance::{Glance, Image, Person, glance, glance_with};

/// The most bytes of an image in these tests.
const MOST: usize = 1 << 20;

async fn unpacking() -> Glance {
    glance_with(|config: &mut Config| {
        config.tasks.image_import_plugins = vec![Plugin::Decompression];
        config.images.image_size_cap = MOST as u64;
    })
    .await
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(data).unwrap();
    packed.finish().unwrap()
}

/// Makes an archive of what is added to it.
fn zip(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn zip_of(name: &str, data: &[u8]) -> Vec<u8> {
    zip(|writer| {
        writer.start_file(name, deflated()).unwrap();
        writer.write_all(data).unwrap();
    })
}

/// Writes a number over one of the archive, wherever it stands behind a mark.
fn lied(mut archive: Vec<u8>, mark: &[u8], at: usize, number: u32) -> Vec<u8> {
    let places: Vec<_> = (0..archive.len() - mark.len())
        .filter(|place| archive[*place..].starts_with(mark))
        .collect();
    for place in places {
        archive[place + at..place + at + 4].copy_from_slice(&number.to_le_bytes());
    }
    archive
}

/// Stages this, imports it, and returns the image and the task when that has ended.
async fn imported(person: &Person, data: Vec<u8>) -> (Image, Value) {
    let fields = json!({ "disk_format": "raw", "container_format": "bare" });
    let image = person.create(fields).await;
    person.stage(&image, data).await.is(204);
    let body = json!({ "method": { "name": "glance-direct" } });
    person.post(image.at("/import")).json(body).await.is(202);
    loop {
        let tasks = person.get(image.at("/tasks")).await.is(200);
        let task = tasks["tasks"][0].clone();
        if task["status"] == "success" || task["status"] == "failure" {
            return (person.see(&image).await, task);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn what_is_no_archive_of_one_file_that_fits_is_not_imported() {
    let glance = unpacking().await;
    let alice = glance.person("alice");
    let zeros = vec![0; 16 * MOST];
    let small = zip_of("disk", b"data");
    let (local, central) = (b"PK\x03\x04", b"PK\x01\x02");
    for (what, archive) in [
        ("a bomb of gzip", gzip(&zeros)),
        ("a bomb of zip", zip_of("disk", &zeros)),
        (
            "a bomb that says it is small",
            lied(lied(zip_of("disk", &zeros), local, 22, 4), central, 24, 4),
        ),
        ("gzip that ends early", gzip(b"data")[..14].to_vec()),
        (
            "two files",
            zip(|writer| {
                for name in ["a", "b"] {
                    writer.start_file(name, deflated()).unwrap();
                    writer.write_all(name.as_bytes()).unwrap();
                }
            }),
        ),
        (
            "a directory",
            zip(|writer| writer.add_directory("d", deflated()).unwrap()),
        ),
        (
            "a link",
            zip(|writer| {
                writer
                    .add_symlink("disk", "/etc/passwd", deflated())
                    .unwrap();
            }),
        ),
        (
            "a directory that is somewhere else",
            lied(small.clone(), b"PK\x05\x06", 16, u32::MAX - 1),
        ),
        (
            "a file that is somewhere else",
            lied(small.clone(), central, 42, u32::MAX - 1),
        ),
        ("an encrypted file", lied(small.clone(), central, 8, 1)),
        (
            "another sum",
            lied(lied(small.clone(), local, 14, 7), central, 16, 7),
        ),
    ] {
        let (image, task) = imported(&alice, archive).await;
        assert_eq!(task["status"], "failure", "{what}: {task}");
        assert_eq!(image["status"], "queued", "{what}");
        alice.get(image.at("/file")).await.is(204);
    }
}

#[tokio::test]
async fn the_name_of_a_file_in_an_archive_is_no_path() {
    let home = tempfile::tempdir().unwrap();
    let glance = glance_with(|config: &mut Config| {
        config.tasks.image_import_plugins = vec![Plugin::Decompression];
        config.database_url = None;
        config.ephemeral = false;
        config.data = home.path().join("data");
    })
    .await;
    let alice = glance.person("alice");
    let victim = home.path().join("victim");
    std::fs::write(&victim, "untouched").unwrap();
    let absolute = victim.display().to_string();
    for name in ["../victim", "../../victim", "..\\victim", &absolute, ""] {
        let (image, task) = imported(&alice, zip_of(name, b"data")).await;
        assert_eq!(task["status"], "success", "{name}: {task}");
        assert_eq!(alice.get(image.at("/file")).await.is(200).text(), "data");
    }
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "untouched");
    let mut found: Vec<_> = std::fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, ["data", "victim"]);
}

#[tokio::test]
async fn an_archive_in_an_archive_is_unpacked_once() {
    let glance = unpacking().await;
    let alice = glance.person("alice");
    let inner = gzip(&vec![0; 16 * MOST]);
    let (image, task) = imported(&alice, gzip(&inner)).await;
    assert_eq!(task["status"], "success");
    assert_eq!(image["size"], inner.len());
}

/// A snapshot with the bytes of an image.
async fn snapshot(glance: &Glance) -> Vec<u8> {
    let alice = glance.person("alice");
    alice.create_active(json!({ "name": "cirros" })).await;
    let control = glance.control();
    control.put("/snapshots/ready").await.is(201);
    let export = control.get("/snapshots/ready/export").await.is(200);
    export.body.to_vec()
}

/// The same archive with each header changed that is not refused.
fn with_headers(archive: &[u8], mut change: impl FnMut(usize, &mut Header)) -> Vec<u8> {
    let mut changed = archive.to_vec();
    let (mut at, mut entry) = (0, 0);
    while at + 512 <= changed.len() {
        let mut header = Header::new_ustar();
        header
            .as_mut_bytes()
            .copy_from_slice(&archive[at..at + 512]);
        let Ok(size) = header.entry_size() else {
            break;
        };
        if header.path_bytes().is_empty() {
            break;
        }
        change(entry, &mut header);
        header.set_cksum();
        changed[at..at + 512].copy_from_slice(header.as_bytes());
        let blocks = usize::try_from(size.div_ceil(512)).unwrap();
        at += 512 * (1 + blocks);
        entry += 1;
    }
    assert!(entry >= 4, "{entry}");
    changed
}

#[tokio::test]
async fn a_snapshot_is_made_of_the_files_that_it_says_and_of_nothing_else() {
    let glance = glance().await;
    let archive = snapshot(&glance).await;
    let control = glance.control();
    let names = ["../../escaped", "/etc/escaped", "rows.jsonl/../x", ""];
    let mut broken = Vec::new();
    for entry in 0..4 {
        for name in names {
            broken.push(with_headers(&archive, |number, header| {
                if number == entry {
                    let bytes = header.as_mut_bytes();
                    bytes[..100].fill(0);
                    bytes[..name.len()].copy_from_slice(name.as_bytes());
                }
            }));
        }
        for size in [0, 1, 1 << 33, (1 << 33) * 8 - 1] {
            broken.push(with_headers(&archive, |number, header| {
                if number == entry {
                    header.set_size(size);
                }
            }));
        }
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Directory] {
            broken.push(with_headers(&archive, |number, header| {
                if number == entry {
                    header.set_entry_type(kind);
                    header.set_link_name("/etc/passwd").unwrap();
                    header.set_size(0);
                }
            }));
        }
    }
    broken.push([&archive[..512], &archive[..]].concat());
    for (number, file) in broken.into_iter().enumerate() {
        let answer = control.put("/snapshots/other/import").body(file).await;
        assert!(
            matches!(answer.status, 400 | 413),
            "{number}: {} {}",
            answer.status,
            answer.text()
        );
        control.get("/snapshots/other").await.is(404);
    }
    let import = control.put("/snapshots/other/import").body(archive);
    import.await.is(201);
}
