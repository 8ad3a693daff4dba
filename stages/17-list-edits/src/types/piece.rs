//! What is large is freed piece by piece.

/// What takes more bytes is not freed at once, but in pieces of about this size.
pub const PIECE: usize = 1024 * 1024;

/// Frees the last piece of some bytes that are no longer needed. Returns how many bytes that were: 0,
/// if nothing is left.
pub fn cut(bytes: &mut Vec<u8>) -> usize {
    let before = bytes.capacity();
    bytes.truncate(before.saturating_sub(PIECE));
    bytes.shrink_to_fit();
    before - bytes.capacity()
}
