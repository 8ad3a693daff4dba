//! Transcripts, with their recorded replies.

use anyhow::bail;

use crate::course::Course;
use crate::directive::Directive;
use crate::weaver::Page;

pub(crate) fn transcript(
    _course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    bail!("'{}' cannot be woven yet", directive.name)
}

pub(crate) fn transcripts(
    _course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    bail!("'{}' cannot be woven yet", directive.name)
}

pub(crate) fn link(
    _course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    bail!("'{}' cannot be woven yet", directive.name)
}
