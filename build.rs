//! Packs the OpenAPI documents of the APIs for clients: they are half a megabyte of text.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=openapi");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    for name in ["images", "identity", "identity-v2", "object-store"] {
        pack(
            &Path::new("openapi").join(name),
            &out.join(format!("{name}.json.gz")),
        )?;
    }
    Ok(())
}

/// Writes the files of a folder as one JSON array, compressed.
fn pack(folder: &Path, to: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    find(folder, &mut files)?;
    files.sort();
    let mut packed = GzEncoder::new(File::create(to)?, Compression::best());
    for (place, file) in files.iter().enumerate() {
        packed.write_all(if place == 0 { b"[" } else { b"," })?;
        packed.write_all(&fs::read(file)?)?;
    }
    packed.write_all(b"]")?;
    packed.finish()?.flush()
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}
