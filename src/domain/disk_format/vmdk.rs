//! vmdk, of `VMware`: a sparse file that contains a descriptor, or only a descriptor.
//!
//! A descriptor is text that can name other files of the host, so every line of it must be understood,
//! or the file is refused. Source: `VMware`'s "Virtual Disk Format 5.0".

use super::bytes::{Tail, Window, le32, le64};
use super::{DetectedFormat, Safety};

const SECTOR: u64 = 512;
/// The largest size of a descriptor in bytes, as in QEMU.
const DESCRIPTOR_MAX: u64 = (1 << 20) - 1;
/// The number of bytes of a descriptor that are kept; real ones have a few hundred bytes of text.
const DESCRIPTOR_KEPT: usize = 128 * 1024;
/// The value that says that a footer, which then replaces the header, has the grain directory.
const IN_FOOTER: u64 = u64::MAX;
/// The size in bytes of the footer, the marker before it, and the marker that ends the stream.
const FOOTER: usize = 3 * 512;

/// A parser of a sparse vmdk file.
#[derive(Debug)]
pub(super) struct Sparse {
    /// The header; `None` if the file ends within it.
    header: Option<Header>,
    descriptor: Window,
    footer: Tail<FOOTER>,
}

/// The fields of a sparse extent's header, and of a footer.
#[derive(Clone, Copy, Debug)]
struct Header {
    version: u32,
    capacity: u64,
    descriptor_at: u64,
    descriptor_length: u64,
    directory: u64,
}

impl Header {
    const MAGIC: &[u8] = b"KDMV";

    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            version: le32(bytes, 4)?,
            capacity: le64(bytes, 12)?,
            descriptor_at: le64(bytes, 28)?,
            descriptor_length: le64(bytes, 36)?,
            directory: le64(bytes, 56)?,
        })
    }

    /// Returns the size of the descriptor in bytes.
    fn descriptor_size(&self) -> u64 {
        let size = self.descriptor_length.saturating_mul(SECTOR);
        size.min(DESCRIPTOR_MAX)
    }

    /// Returns the offset of the descriptor's end in bytes, or 0 if there is no descriptor.
    fn descriptor_end(&self) -> u64 {
        match self.descriptor_size() {
            0 => 0,
            size => SECTOR.saturating_add(size),
        }
    }
}

impl Sparse {
    pub(super) fn open(head: &[u8]) -> Option<Self> {
        if !head.starts_with(Header::MAGIC) {
            return None;
        }
        let header = Header::read(head);
        let size = header.map_or(0, |header| header.descriptor_size());
        let kept = usize::try_from(size).map_or(DESCRIPTOR_KEPT, |size| size.min(DESCRIPTOR_KEPT));
        Some(Self {
            header,
            descriptor: Window::new(SECTOR, kept),
            footer: Tail::default(),
        })
    }

    pub(super) fn feed(&mut self, at: u64, chunk: &[u8]) {
        self.descriptor.feed(at, chunk);
        if self
            .header
            .is_some_and(|header| header.directory == IN_FOOTER)
        {
            self.footer.feed(chunk);
        }
    }

    pub(super) fn finish(self, length: u64) -> DetectedFormat {
        let (disk, safety) = match self.header {
            None => (0, Safety::CutShort),
            Some(header) if !matches!(header.version, 1..=3) => (0, Safety::Unsafe),
            Some(header) if header.descriptor_at != 1 => match header.directory {
                // As in Glance, which then never reads the footer.
                IN_FOOTER => (0, Safety::CutShort),
                _ => (0, Safety::Unsafe),
            },
            Some(header) if header.descriptor_end() > length => (0, Safety::CutShort),
            Some(header) => self.assess(header),
        };
        DetectedFormat {
            format: "vmdk",
            disk: Some(disk),
            safety,
        }
    }

    /// Returns the size of the disk in bytes, and whether the complete file is safe.
    fn assess(&self, header: Header) -> (u64, Safety) {
        let descriptor = Descriptor::read(self.descriptor.bytes());
        let supported = descriptor.as_ref().is_some_and(Descriptor::is_supported);
        let disk = if supported {
            header.capacity.saturating_mul(SECTOR)
        } else {
            0
        };
        let sane = descriptor.is_some_and(|descriptor| descriptor.is_sane());
        let safety = match (header.directory, self.footer.bytes()) {
            (IN_FOOTER, None) => Safety::CutShort,
            (IN_FOOTER, Some(footer)) => Safety::from_check(sane && footer_agrees(header, footer)),
            _ => Safety::from_check(sane),
        };
        (disk, safety)
    }
}

/// Returns `true` if the footer is between its two markers and agrees with the header.
fn footer_agrees(header: Header, footer: &[u8; FOOTER]) -> bool {
    const MARKER_FOOTER: u8 = 3;
    let ([before, footer, after], []) = footer.as_chunks::<512>() else {
        return false;
    };
    // A marker has a value that is ignored, a size, a type, and zeros.
    let announces = before
        .iter()
        .enumerate()
        .skip(8)
        .all(|(at, byte)| *byte == if at == 12 { MARKER_FOOTER } else { 0 });
    let ends = after.iter().all(|byte| *byte == 0);
    let agrees = Header::read(footer).is_some_and(|other| {
        other.version == header.version
            && other.descriptor_at == header.descriptor_at
            && other.descriptor_length == header.descriptor_length
            && other.directory != IN_FOOTER
    });
    announces && ends && footer.starts_with(Header::MAGIC) && agrees
}

/// Recognises a vmdk that is only a descriptor: plain text that says its type.
pub(super) fn text(head: &[u8]) -> Option<DetectedFormat> {
    let start = head.get(..512).unwrap_or(head);
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~') || is_space(char::from(*byte));
    if start.len() < 64 || start.starts_with(Header::MAGIC) || !start.iter().all(is_text) {
        return None;
    }
    let descriptor = Descriptor::read(head)?;
    descriptor.kind()?;
    Some(DetectedFormat {
        format: "vmdk",
        // A type that should have a header lacks the size that the header would have.
        disk: (!descriptor.is_supported()).then_some(0),
        safety: Safety::from_check(descriptor.is_sane()),
    })
}

/// Returns `true` for the ASCII characters that count as white space in Glance.
fn is_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | '\x1c'..='\x1f' | ' ')
}

/// The text that describes the parts of a vmdk, in lower case.
struct Descriptor(String);

impl Descriptor {
    /// Reads the text before the padding, if it is ASCII.
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = bytes.split(|byte| *byte == 0).next()?;
        // A text that fills the kept part may be longer.
        if text.len() >= DESCRIPTOR_KEPT || !text.is_ascii() {
            return None;
        }
        Some(Self(String::from_utf8(text.to_ascii_lowercase()).ok()?))
    }

    fn kind(&self) -> Option<&str> {
        const LONGEST: usize = 64;
        let (_, rest) = self.0.split_once("createtype=\"")?;
        match rest.split_once('"') {
            Some((kind, _)) => (kind.len() < LONGEST).then_some(kind),
            // The value has no end, so this is a descriptor of an unknown type.
            None => Some(""),
        }
    }

    /// Returns `true` if all data is in this file.
    fn is_supported(&self) -> bool {
        matches!(self.kind(), Some("monolithicsparse" | "streamoptimized"))
    }

    /// Returns `true` if every line is understood, and there are extents, none in another directory.
    fn is_sane(&self) -> bool {
        let mut extents = 0;
        for line in self.0.split('\n').map(|line| line.trim_matches(is_space)) {
            match DescriptorLine::read(line) {
                DescriptorLine::Extent if line.contains('/') => return false,
                DescriptorLine::Extent => extents += 1,
                DescriptorLine::Setting => {}
                DescriptorLine::Unknown => return false,
            }
        }
        self.is_supported() && extents > 0
    }
}

/// The kind of a line of a descriptor.
enum DescriptorLine {
    /// A file that has data.
    Extent,
    /// A harmless line: a comment, a name with a value, an entry of the disk database.
    Setting,
    Unknown,
}

impl DescriptorLine {
    fn read(line: &str) -> Self {
        let is_named = |(name, _): (&str, &str)| !name.contains(' ');
        if line.is_empty() || line.starts_with('#') || line.starts_with("ddb") {
            return Self::Setting;
        }
        if line.split_once('=').is_some_and(is_named) {
            return Self::Setting;
        }
        match line.split(' ').next() {
            Some("rw" | "rdonly" | "noaccess") => Self::Extent,
            _ => Self::Unknown,
        }
    }
}
