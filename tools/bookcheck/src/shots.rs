//! Pictures of pages, for people to look at.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::browser::{Browser, Theme};
use crate::readers::{NARROW, WIDE};

/// How much of a page is on one picture, from top to bottom.
const HEIGHT: u32 = 1600;

/// How many columns of a narrow page are on one picture, side by side.
const COLUMNS: usize = 3;

/// What pictures are taken of.
pub struct Wanted {
    /// Pages whose path holds this.
    pub filter: String,
    /// How wide the window is.
    pub widths: Vec<u32>,
    /// In which themes.
    pub themes: Vec<Theme>,
    /// Whether all that is folded is unfolded first.
    pub unfolded: bool,
    /// At most this many pictures of a page.
    pub most: usize,
}

impl Default for Wanted {
    fn default() -> Self {
        let (widths, themes) = (vec![WIDE, NARROW], Theme::ALL.to_vec());
        Self { filter: String::new(), widths, themes, unfolded: false, most: usize::MAX }
    }
}

/// Takes pictures of pages of the site at `root`, and returns where they are.
///
/// # Errors
/// When a page does not load, or a file cannot be written.
pub fn take(
    browser: &mut Browser,
    root: &Path,
    pages: &[&str],
    wanted: &Wanted,
    target: &Path,
) -> Result<Vec<PathBuf>> {
    let mut taken = Vec::new();
    let pages: Vec<&str> =
        pages.iter().copied().filter(|page| page.contains(&wanted.filter)).collect();
    for &width in &wanted.widths {
        for &theme in &wanted.themes {
            let folder = target.join(format!("{width}-{}", theme.name()));
            fs::create_dir_all(&folder)?;
            for page in &pages {
                let pictures = of_page(browser, &root.join(page), (width, theme), wanted)?;
                let name = page.trim_end_matches(".html").replace('/', "-");
                for (index, picture) in pictures.iter().enumerate() {
                    let path = folder.join(format!("{name}-{:02}.png", index + 1));
                    fs::write(&path, picture)
                        .with_context(|| format!("cannot write {}", path.display()))?;
                    taken.push(path);
                }
            }
        }
    }
    Ok(taken)
}

fn of_page(
    browser: &mut Browser,
    page: &Path,
    (width, theme): (u32, Theme),
    wanted: &Wanted,
) -> Result<Vec<Vec<u8>>> {
    let columns = if width <= NARROW { COLUMNS } else { 1 };
    let mut tab = browser.tab(width, theme)?;
    tab.open(page)?;
    if wanted.unfolded {
        let unfold = "document.querySelectorAll('main details').forEach(fold => fold.open = true)";
        tab.evaluate(unfold)?;
    }
    let height = tab.evaluate("document.documentElement.scrollHeight")?;
    let height =
        height.as_u64().and_then(|height| u32::try_from(height).ok()).context("a height")?;
    let tops = (0..height).step_by(HEIGHT as usize).take(wanted.most.saturating_mul(columns));
    let mut parts = Vec::new();
    for top in tops {
        parts.push(tab.picture(top, HEIGHT.min(height - top))?);
    }
    drop(tab);
    if columns == 1 {
        return Ok(parts);
    }
    parts.chunks(columns).map(|parts| side_by_side(browser, width, parts)).collect()
}

/// Has the browser put pictures beside each other: it can, and no one else here needs to.
fn side_by_side(browser: &mut Browser, width: u32, parts: &[Vec<u8>]) -> Result<Vec<u8>> {
    let images: Vec<String> = parts.iter().map(|part| BASE64_STANDARD.encode(part)).collect();
    let columns = u32::try_from(parts.len())?;
    let mut tab = browser.tab((width + 10) * columns, Theme::Light)?;
    let images = serde_json::to_string(&images)?;
    tab.evaluate(&format!(
        "(async () => {{
            document.body.style = 'margin: 0; display: flex; gap: 10px; background: #f0f';
            document.body.style.alignItems = 'flex-start';
            for (const data of {images}) {{
                const image = new Image();
                image.src = 'data:image/png;base64,' + data;
                await image.decode();
                document.body.append(image);
            }}
        }})()"
    ))?;
    tab.picture(0, HEIGHT)
}
