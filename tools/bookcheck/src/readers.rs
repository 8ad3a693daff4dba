//! What only shows when a browser lays a page out: what sticks out, and whether keys suffice.

use anyhow::{Context, Result, ensure};

use crate::browser::Tab;

/// As wide as a small telephone.
pub const NARROW: u32 = 390;

/// As wide as a small laptop.
pub const WIDE: u32 = 1280;

/// Finds what is wider than the window, so that the page scrolls sideways. Unfolds all that is
/// folded, since a reader may.
const STICKING_OUT: &str = "(() => {
    document.querySelectorAll('main details').forEach(details => details.open = true);
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const scrolls = element => {
        for (; element && element != page; element = element.parentElement) {
            if (getComputedStyle(element).overflowX != 'visible') return true;
        }
        return false;
    };
    const out = [...document.querySelectorAll('body *')].filter(element =>
        element.getBoundingClientRect().right > page.clientWidth + 1
        && !scrolls(element.parentElement));
    return [`the page is ${page.scrollWidth} wide`].concat(out.slice(0, 5).map(element =>
        `${element.tagName.toLowerCase()}.${element.className} `
        + (element.textContent || '').trim().slice(0, 40)));
})()";

/// What has the focus: how many folds are before it, what it is, and whether one can see it.
const FOCUS: &str = "(() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
        tag: element.tagName.toLowerCase(),
        kind: element.type || '',
        inMain: !!element.closest('main'),
        isSeen: box.width > 0 && box.height > 0,
        isMarked: style.outlineStyle != 'none' || style.boxShadow != 'none',
        html: element.outerHTML.slice(0, 100),
        isOpen: !!element.closest('details')?.open,
        view: element.name ? document.querySelector(`[name=\"${element.name}\"]:checked`).value : '',
    };
})()";

/// Returns what sticks out of the window on the open page, if anything does.
///
/// # Errors
/// When Chromium does not answer.
pub fn sticking_out(tab: &mut Tab<'_>) -> Result<Vec<String>> {
    let found = tab.evaluate(STICKING_OUT)?;
    let found = found.as_array().context("a list")?;
    Ok(found.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect())
}

/// Goes through the open page by the Tab key alone. Everything that has the focus must be seen and
/// marked, a fold must open, and a choice must change.
///
/// # Errors
/// With what cannot be done by keys.
pub fn keys_suffice(tab: &mut Tab<'_>) -> Result<()> {
    /// More than there is before the first transcript of any page.
    const PRESSES: usize = 400;
    let (mut has_opened, mut has_chosen) = (false, false);
    for _ in 0..PRESSES {
        tab.press("Tab", 9, "")?;
        let focus = tab.evaluate(FOCUS)?;
        let html = &focus["html"];
        if focus["tag"] == "body" {
            break;
        }
        if focus["inMain"] != true {
            continue;
        }
        ensure!(focus["isSeen"] == true, "the focus is where nobody sees it: {html}");
        ensure!(focus["isMarked"] == true, "nothing marks what has the focus: {html}");
        if focus["tag"] == "summary" && !has_opened {
            tab.press("Enter", 13, "\r")?;
            let after = tab.evaluate(FOCUS)?;
            ensure!(after["isOpen"] != focus["isOpen"], "Enter does not open or close: {html}");
            // Left open, so that what is in it comes next.
            if focus["isOpen"] == true {
                tab.press("Enter", 13, "\r")?;
            }
            has_opened = true;
        }
        if focus["kind"] == "radio" && !has_chosen {
            tab.press("ArrowRight", 39, "")?;
            let after = tab.evaluate(FOCUS)?;
            ensure!(after["view"] != focus["view"], "an arrow does not choose: {html}");
            has_chosen = true;
        }
        if has_opened && has_chosen {
            return Ok(());
        }
    }
    ensure!(has_opened, "no fold was reached");
    ensure!(has_chosen, "no choice was reached");
    Ok(())
}
