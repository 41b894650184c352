//! Base64 as Python's `b64decode` reads it: what is not of the alphabet is skipped, and what comes after the padding is not read.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::SignatureError;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes a text.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, SignatureError> {
    if !text.is_ascii() {
        return Err(SignatureError::NotAscii);
    }
    let decoded = significant(text).and_then(|letters| LENIENT.decode(letters).ok());
    decoded.ok_or(SignatureError::NotBase64)
}

/// Returns the letters of a text up to its padding; `None` if that is missing.
fn significant(text: &str) -> Option<Vec<u8>> {
    let mut letters = Vec::with_capacity(text.len());
    let mut pads = 0;
    for letter in text.bytes() {
        if letter == b'=' {
            pads += 1;
            let place = letters.len() % 4;
            if place >= 2 && place + pads >= 4 {
                return Some(letters);
            }
        } else if letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/') {
            letters.push(letter);
            pads = 0;
        }
    }
    letters.len().is_multiple_of(4).then_some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_characters_are_skipped() {
        assert_eq!(decode("eH\n*h4").unwrap(), b"xxx");
        assert_eq!(decode("eH-h_4").unwrap(), b"xxx");
    }

    #[test]
    fn nothing_after_the_padding_is_read() {
        assert_eq!(decode("eA==eHh4").unwrap(), b"x");
        assert_eq!(decode("eHg=zz").unwrap(), b"xx");
    }

    #[test]
    fn padding_is_required() {
        for text in ["a", "eA", "eA=", "eHg"] {
            assert!(matches!(decode(text), Err(SignatureError::NotBase64)));
        }
        assert!(decode("").unwrap().is_empty());
        assert!(decode("====").unwrap().is_empty());
    }

    #[test]
    fn letters_beyond_ascii_are_refused() {
        assert!(matches!(decode("é"), Err(SignatureError::NotAscii)));
    }
}
