//! Colours for code, as mdBook's themes have them.

use proc_macro2::TokenStream;

use crate::block;

/// Every line as HTML.
pub(crate) fn html(lines: &[String], _tokens: Option<&TokenStream>) -> Vec<String> {
    lines.iter().map(|line| block::escape(line)).collect()
}
