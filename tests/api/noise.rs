//! Bytes to send.

/// Returns bytes without a period that blocks could share, the same ones each time.
pub(crate) fn noise(size: usize) -> Vec<u8> {
    let mut state = 9292_u32;
    let next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(size).collect()
}
