//! Links into Redis's source.

use anyhow::bail;

use crate::course::Course;
use crate::directive::Directive;
use crate::weaver::Page;

pub(crate) fn redis(
    _course: &Course,
    _page: &Page<'_>,
    directive: &Directive,
) -> anyhow::Result<String> {
    bail!("'{}' cannot be woven yet", directive.name)
}
