//! The reasons why a file cannot be imported as a VHD, with the codes that Rackspace's Cloud Images documents.

/// A reason why a file cannot be imported; its text is the message of the failed task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VhdError {
    /// The file is a VHD, but damaged: its parts do not fit together.
    #[error("111: The image cannot be imported. The VHD did not pass validation.")]
    Invalid,
    /// There is no valid footer.
    #[error("396: The image cannot be imported. The file is not a valid VHD.")]
    NotVhd,
    /// The disk inside is larger than this, in bytes.
    #[error("413: The image cannot be imported. The virtual size of the VHD is greater than {} GB.", .0 >> 30)]
    DiskTooLarge(u64),
    /// The footer names a kind of disk that is neither fixed nor dynamic.
    #[error("523: The image cannot be imported. The VHD is neither a fixed nor a dynamic disk.")]
    UnknownKind,
    /// The file is larger than this, in bytes.
    #[error("609: The image cannot be imported. The physical size of the VHD is greater than {} GB.", .0 >> 30)]
    FileTooLarge(u64),
    /// The UUID of the disk is all zeros.
    #[error("614: The image cannot be imported. The UUID of the VHD is all zeros.")]
    NoUuid,
    /// The disk holds only what differs from another one.
    #[error("721: The image cannot be imported. The VHD has a parent disk.")]
    HasParent,
}

impl VhdError {
    /// The codes of all reasons.
    pub const CODES: [u16; 7] = [111, 396, 413, 523, 609, 614, 721];

    /// Returns the reason with this code, with the usual limit of 40 GB.
    #[must_use]
    pub const fn of_code(code: u16) -> Option<Self> {
        const LIMIT: u64 = 40 << 30;
        Some(match code {
            111 => Self::Invalid,
            396 => Self::NotVhd,
            413 => Self::DiskTooLarge(LIMIT),
            523 => Self::UnknownKind,
            609 => Self::FileTooLarge(LIMIT),
            614 => Self::NoUuid,
            721 => Self::HasParent,
            _ => return None,
        })
    }
}
