//! A figure, drawn by hand, put into the page so that its colours are the page's.

use anyhow::bail;

use crate::course::Course;
use crate::directive::Directive;
use crate::weaver::Page;

pub(crate) fn figure(
    _course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    bail!("'{}' cannot be woven yet", directive.name)
}
