use crate::Server;

/// Fills the gap before an offset with spaces, as one does with text.
pub(super) struct FillsTheGapWithSpaces;

impl Server for FillsTheGapWithSpaces {
    fn lengthen(&self, value: &mut Vec<u8>, length: usize) {
        value.resize(length.max(value.len()), b' ');
    }
}
