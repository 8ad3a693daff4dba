use crate::Server;

/// Copies a repetition in LZF as one block.
///
/// A block copy is what copying usually means. But a back-reference may overlap the bytes that it
/// appends: `aaaa…` is one `a`, repeated from itself. The block has zeros there.
pub(super) struct CopiesInOnePiece;

impl Server for CopiesInOnePiece {
    fn copy_back(&self, output: &mut Vec<u8>, start: usize, length: usize) {
        let end = output.len();
        output.resize(end + length, 0);
        output.copy_within(start..start + length, end);
    }
}
