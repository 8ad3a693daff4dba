//! What only shows when a browser lays a page out: what sticks out, whether keys suffice, how large
//! code is, what a selection copies.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

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

/// What has the focus: how many folds are before it, what it is, and whether it is visible.
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
    faults(tab, STICKING_OUT)
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

/// Runs JavaScript that returns what is wrong, a list of texts.
fn faults(tab: &mut Tab<'_>, script: &str) -> Result<Vec<String>> {
    let found = tab.evaluate(script)?;
    let found = found.as_array().context("a list")?;
    Ok(found.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect())
}

/// Finds code that is smaller than the text around it should be.
const TOO_SMALL: &str = "[...document.querySelectorAll('main pre code, main pre:not(:has(code))')]
    .filter(code => parseFloat(getComputedStyle(code).fontSize) < 13.5)
    .map(code => `${getComputedStyle(code).fontSize}: ${code.textContent.trim().slice(0, 40)}`)";

/// Returns the code on the open page that is too small to be typed from.
///
/// # Errors
/// When Chromium does not answer.
pub fn too_small(tab: &mut Tab<'_>) -> Result<Vec<String>> {
    faults(tab, TOO_SMALL)
}

/// Selects each block and looks at what would be copied. Signs are made by the stylesheet, and no
/// element has them.
const COPIED: &str = "(() => {
    document.querySelectorAll('main details').forEach(details => details.open = true);
    const lines = text => text.split('\\n').map(line => line.trimEnd()).filter(line => line);
    const faults = [];
    for (const block of document.querySelectorAll('main pre')) {
        if (!block.checkVisibility()) continue;
        getSelection().selectAllChildren(block);
        const copied = lines(getSelection().toString());
        const kept = block.cloneNode(true);
        kept.querySelectorAll('del, .p, .d, small, i, .buttons').forEach(gone => gone.remove());
        const expected = lines(kept.textContent);
        const at = expected.findIndex((line, at) => line.trim() !== (copied[at] ?? '').trim());
        if (at >= 0 || copied.length > expected.length) {
            const wrong = at >= 0 ? at : expected.length;
            faults.push(`expected ${expected[wrong]}, copied ${copied[wrong]}`);
        }
    }
    getSelection().removeAllRanges();
    return faults;
})()";

/// Returns what a selection of the open page's blocks copies besides code, commands and replies.
///
/// # Errors
/// When Chromium does not answer.
pub fn copied_wrongly(tab: &mut Tab<'_>) -> Result<Vec<String>> {
    faults(tab, COPIED)
}

/// The first block of code that is wider than the page: where it is.
const WIDE_BLOCK: &str = "(() => {
    window.block = [...document.querySelectorAll('figure.code pre > code')].find(block =>
        block.checkVisibility() && block.scrollWidth > block.clientWidth + 40
        && block.querySelector('ins'));
    if (!block) return null;
    document.head.insertAdjacentHTML('beforeend',
        '<style>.unshaded::after { visibility: hidden }</style>');
    const { left, top, width, height } = block.getBoundingClientRect();
    return { x: left + scrollX, y: top + scrollY, width, height: Math.min(height, 800) };
})()";

/// Scrolls a block of code sideways. The signs of its lines must stay, and its edge must show
/// whether there is more.
///
/// # Errors
/// With what does not hold, or when no block of the open page can be scrolled.
pub fn scrolls_well(tab: &mut Tab<'_>) -> Result<()> {
    /// As wide as the margin with the signs, and as the shade at the edge.
    const STRIP: f64 = 16.0;
    /// So often it is looked at again, and after so long each time.
    const PAINTINGS: usize = 20;
    const PAINTING: Duration = Duration::from_millis(50);
    let place = tab.evaluate(WIDE_BLOCK)?;
    ensure!(place.is_object(), "no block of code is wider than the page");
    let number = |name: &str| place[name].as_f64().context("a number");
    let (x, y, width, height) = (number("x")?, number("y")?, number("width")?, number("height")?);
    let seen = |tab: &mut Tab<'_>| -> Result<[Vec<u8>; 3]> {
        let mut strip = |x| tab.clip((x, y, STRIP, height));
        Ok([strip(x)?, strip(x + width / 2.0)?, strip(x + width - STRIP)?])
    };
    // What has just been scrolled may be painted again, a little otherwise.
    let strips = |tab: &mut Tab<'_>| -> Result<[Vec<u8>; 3]> {
        let mut before = seen(tab)?;
        for _ in 0..PAINTINGS {
            thread::sleep(PAINTING);
            let now = seen(tab)?;
            if now == before {
                break;
            }
            before = now;
        }
        Ok(before)
    };
    let unshaded = |tab: &mut Tab<'_>| {
        tab.evaluate("void block.parentElement.classList.add('unshaded')")?;
        let [_, _, edge] = strips(tab)?;
        tab.evaluate("void block.parentElement.classList.remove('unshaded')")?;
        anyhow::Ok(edge)
    };
    let [signs, middle, edge] = strips(tab)?;
    let no_edge = unshaded(tab)?;
    tab.evaluate("void (block.scrollLeft = block.scrollWidth)")?;
    let [signs_after, middle_after, edge_after] = strips(tab)?;
    ensure!(middle != middle_after, "the block does not scroll");
    ensure!(signs == signs_after, "the signs of the lines do not stay");
    ensure!(edge != no_edge, "no edge shows that there is more");
    ensure!(edge_after == unshaded(tab)?, "the edge shows more where there is none");
    Ok(())
}

/// Presses the key that leads to the next chapter, and returns the page that it leads to.
///
/// # Errors
/// When it leads nowhere.
pub fn next_by_key(tab: &mut Tab<'_>) -> Result<String> {
    const PATIENCE: Duration = Duration::from_secs(20);
    let here = tab.evaluate("location.pathname")?;
    tab.press("ArrowRight", 39, "")?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        // Between two pages there is none that answers.
        if let Ok(Value::String(path)) = tab.evaluate("location.pathname")
            && here != path
        {
            return Ok(path);
        }
        thread::sleep(Duration::from_millis(20));
    }
    bail!("the key leads nowhere")
}
