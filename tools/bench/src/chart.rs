//! A report as a picture.
//!
//! It has a background of its own, and so reads the same on light and dark pages.

use anyhow::anyhow;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::markdown::{ALT, Figure, Line, Range, others, ratio};
use crate::speed::{Cell, PIPELINES};
use crate::{Against, Overview, Report};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const BACKGROUND: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(36, 41, 47);
const FAINT: RGBColor = RGBColor(216, 222, 228);
const REDIS: RGBColor = RGBColor(198, 48, 43);
const CEILING_NAME: &str = "ceiling";
const CEILING: RGBColor = RGBColor(140, 149, 159);
const SMALL_COLOR: RGBColor = RGBColor(9, 105, 218);
const COLORS: [RGBColor; 4] =
    [SMALL_COLOR, RGBColor(26, 127, 55), RGBColor(130, 80, 223), RGBColor(191, 135, 0)];

const WIDTH: u32 = 900;
const MARGIN: u32 = 16;
const HEAD: u32 = 116;
/// Above and below the bars.
const AROUND_BARS: u32 = 64;
const BAR: u32 = 22;
/// Left of the panels, for what their rows are called.
const ROW_LABELS: u32 = 150;
/// Left of the bars.
const BAR_LABELS: u32 = 520;
/// Above each panel.
const PANEL_HEAD: u32 = 50;
/// One request of a panel.
const ROW: u32 = 26;

/// Returns the chart as an SVG file.
pub fn svg(report: &Report) -> anyhow::Result<String> {
    let mut svg = String::new();
    draw(report, &mut svg).map_err(|error| anyhow!("cannot draw the chart: {error}"))?;
    Ok(titled(&svg, ALT))
}

/// Returns the newest stage's figures in one small chart, as an SVG file.
pub fn overview(overview: &Overview<'_>) -> anyhow::Result<String> {
    let mut svg = String::new();
    draw_overview(overview, &mut svg).map_err(|error| anyhow!("cannot draw the chart: {error}"))?;
    Ok(titled(&svg, &overview.alt()))
}

/// Gives a drawing a title, for who hears the page that it is put into.
fn titled(svg: &str, title: &str) -> String {
    svg.replacen("<rect", &format!("<title>{title}</title>\n<rect"), 1)
}

/// The overview's width, and above its rows. It must be legible on a phone.
const SMALL_WIDTH: u32 = 640;
const SMALL_HEAD: u32 = 54;
const SMALL_ROW: u32 = 32;
/// Left of the bars, and right of them for the figures.
const SMALL_LABELS: u32 = 272;
const SMALL_FIGURES: u32 = 116;

fn draw_overview(overview: &Overview<'_>, svg: &mut String) -> anyhow::Result<()> {
    let Overview { stage, redis, rates: [one, few, many], .. } = *overview;
    let groups = [
        (
            "Requests per second: more is better",
            vec![("one at a time", one), ("16 in a pipeline", few), ("64 in a pipeline", many)],
        ),
        (
            "Less is better",
            vec![
                ("CPU time per request", overview.cpu),
                ("memory per key", overview.memory),
                ("time to load a dump", overview.loading),
                ("others' longest wait for KEYS *", overview.wait),
            ],
        ),
    ];
    let rows: Vec<Row<'_>> = groups
        .iter()
        .flat_map(|(title, rows)| {
            let rows = rows.iter().map(|&(label, range)| Row::Figure(label, range));
            [Row::Title(title)].into_iter().chain(rows)
        })
        .collect();
    let most = rows.iter().filter_map(Row::range).map(|range| range.most).fold(1.0, f64::max);

    let height = SMALL_HEAD + pixels(rows.len()) * SMALL_ROW + 2 * MARGIN;
    let area = SVGBackend::with_string(svg, (SMALL_WIDTH, height)).into_drawing_area();
    area.fill(&BACKGROUND)?;
    let edge = [(0, 0), (SMALL_WIDTH as i32 - 1, height as i32 - 1)];
    area.draw(&Rectangle::new(edge, FAINT.stroke_width(1)))?;
    let left = MARGIN as i32;
    let title = format!("Stage {stage} as a multiple of Redis {redis}");
    area.draw(&Text::new(title, (left, 14), bold(24)))?;

    let room = f64::from(SMALL_WIDTH - SMALL_LABELS - SMALL_FIGURES - MARGIN);
    let x = |ratio: f64| SMALL_LABELS as i32 + (ratio / most * room) as i32;
    let top = SMALL_HEAD as i32;
    let bottom = top + (pixels(rows.len()) * SMALL_ROW) as i32;
    let line = [(x(1.0), top + 28), (x(1.0), bottom)];
    area.draw(&PathElement::new(line, REDIS.stroke_width(2)))?;
    area.draw(&Text::new("Redis", (x(1.0), bottom + 10), aligned(18, HPos::Center)))?;
    for (row, at) in rows.iter().zip(0..) {
        let middle = top + at * SMALL_ROW as i32 + SMALL_ROW as i32 / 2;
        match row {
            Row::Title(title) => {
                let style = bold(20).pos(Pos::new(HPos::Left, VPos::Center));
                area.draw(&Text::new((*title).to_owned(), (left, middle), style))?;
            }
            Row::Figure(label, range) => {
                let place = (left, middle);
                area.draw(&Text::new((*label).to_owned(), place, aligned(20, HPos::Left)))?;
                // Even of a single figure, something must be seen.
                let bar = [(x(range.least) - 3, middle - 7), (x(range.most) + 3, middle + 7)];
                area.draw(&Rectangle::new(bar, SMALL_COLOR.filled()))?;
                let place = (SMALL_WIDTH as i32 - left, middle);
                area.draw(&Text::new(range.to_string(), place, aligned(20, HPos::Right)))?;
            }
        }
    }
    area.present()?;
    Ok(())
}

/// A line of the overview.
enum Row<'a> {
    Title(&'a str),
    Figure(&'a str, Range),
}

impl Row<'_> {
    fn range(&self) -> Option<Range> {
        match self {
            Self::Title(_) => None,
            Self::Figure(_, range) => Some(*range),
        }
    }
}

fn draw(report: &Report, svg: &mut String) -> anyhow::Result<()> {
    let lines = others(report);
    let panels = panels_height(rows(report).len());
    let bars = pixels(lines.len() * real(report).count()) * BAR + pixels(lines.len()) * 6;
    let bars = if lines.is_empty() { 0 } else { AROUND_BARS + bars };
    let size = (WIDTH, HEAD + 2 * panels + bars);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&BACKGROUND)?;
    let (head, rest) = root.split_vertically(HEAD);
    draw_head(&head, report)?;
    let (rate, rest) = rest.split_vertically(panels);
    let (cpu, others) = rest.split_vertically(panels);
    if panels > 0 {
        let title = "Requests per second: more is better";
        draw_panels(&rate, report, title, |cell| Some(&cell.rate))?;
        let title = "The server's CPU time per request: less is better";
        draw_panels(&cpu, report, title, |cell| cell.cpu.as_ref())?;
    }
    if bars > 0 {
        draw_bars(&others, report, &lines)?;
    }
    root.present()?;
    Ok(())
}

/// The servers that keep what they are given.
fn real(report: &Report) -> impl Iterator<Item = usize> + '_ {
    let servers = report.servers.iter().enumerate();
    servers.filter(|(_, server)| *server != CEILING_NAME).map(|(index, _)| index)
}

fn color(report: &Report, index: usize) -> RGBColor {
    match report.servers.get(index) {
        Some(server) if server == CEILING_NAME => CEILING,
        _ => COLORS.into_iter().cycle().nth(index).unwrap_or(INK),
    }
}

fn draw_head(area: &Area<'_>, report: &Report) -> anyhow::Result<()> {
    let left = MARGIN as i32;
    let redis = &report.machine.redis;
    let title = format!("Each figure as a multiple of Redis {redis}'s in the same run");
    area.draw(&Text::new(title, (left, 14), bold(23)))?;
    let machine = &report.machine;
    let origin = format!(
        "{}, {} CPUs ({}), {}, measured in turns",
        report.date, machine.cpus, machine.cpu, machine.os
    );
    area.draw(&Text::new(origin, (left, 44), font(16, INK)))?;
    let mut x = left;
    let mut entry = |name: &str, color: RGBColor| -> anyhow::Result<()> {
        area.draw(&Circle::new((x + 5, 76), 5, color.filled()))?;
        area.draw(&Text::new(name.to_owned(), (x + 16, 76), aligned(16, HPos::Left)))?;
        x += 40 + 7 * name.chars().count() as i32;
        Ok(())
    };
    entry("Redis = 1", REDIS)?;
    for (index, server) in report.servers.iter().enumerate() {
        let name = match server == CEILING_NAME {
            true => "ceiling: a server that only counts requests",
            false => server,
        };
        entry(name, color(report, index))?;
    }
    if !report.speed.is_empty() {
        area.draw(&Text::new(key(report), (left, 90), font(16, INK)))?;
    }
    Ok(())
}

/// Says what the dots of one row are.
fn key(report: &Report) -> String {
    let mut clients: Vec<usize> = report.speed.iter().map(|cell| cell.subject.clients).collect();
    clients.sort_unstable();
    clients.dedup();
    let clients: Vec<String> = clients.iter().map(usize::to_string).collect();
    let clients = clients.join(", ");
    format!("Dots of a row, from above: {clients} clients. A line behind: half of all rounds.")
}

/// Draws one panel for each pipeline.
fn draw_panels(
    area: &Area<'_>,
    report: &Report,
    title: &str,
    figure: Figure,
) -> anyhow::Result<()> {
    let left = MARGIN as i32;
    area.draw(&Text::new(title.to_owned(), (left, 2), bold(18)))?;
    let all = report.speed.iter().filter_map(|cell| figure(cell)).flat_map(|figure| &figure.others);
    let rightmost = |against: &Against| against.quartiles.map_or(against.ratio, |[_, high]| high);
    let most = all.map(rightmost).filter(|ratio| ratio.is_finite()).fold(1.0, f64::max);
    let (labels, panels) = area.split_horizontally(ROW_LABELS);
    let rows = rows(report);
    for (panel, pipeline) in panels.split_evenly((1, PIPELINES.len())).iter().zip(PIPELINES) {
        let cells: Vec<&Cell> =
            report.speed.iter().filter(|cell| cell.subject.pipeline == pipeline).collect();
        draw_panel(panel, report, &rows, pipeline, &cells, most, figure)?;
    }
    for (row, label) in rows.iter().enumerate() {
        let y = PANEL_HEAD + ROW * pixels(row) + ROW / 2;
        let place = (ROW_LABELS as i32 - 4, y as i32);
        labels.draw(&Text::new(label.clone(), place, aligned(16, HPos::Right)))?;
    }
    Ok(())
}

/// Returns how high a row of panels is, with its title and its numbers.
fn panels_height(rows: usize) -> u32 {
    if rows == 0 { 0 } else { PANEL_HEAD + ROW * pixels(rows) + AXIS }
}

/// Returns what the rows are called: every request once.
fn rows(report: &Report) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for cell in &report.speed {
        let request = cell.subject.request();
        if !rows.contains(&request) {
            rows.push(request);
        }
    }
    rows
}

/// Below a panel, for its numbers.
const AXIS: u32 = 26;

fn draw_panel(
    area: &Area<'_>,
    report: &Report,
    rows: &[String],
    pipeline: usize,
    cells: &[&Cell],
    most: f64,
    figure: Figure,
) -> anyhow::Result<()> {
    let what = match pipeline {
        1 => "one request at a time".to_owned(),
        _ => format!("pipelines of {pipeline}"),
    };
    area.draw(&Text::new(what, (10, PANEL_HEAD as i32 - 18), font(16, INK)))?;
    let end = rows.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .margin_top(PANEL_HEAD)
        .margin_left(10)
        .margin_right(MARGIN)
        .x_label_area_size(AXIS)
        .build_cartesian_2d(0.0..most * 1.05, end..0.0)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .x_labels(6)
        .x_label_formatter(&|ratio| format!("{ratio:.1}"))
        .x_label_style(font(14, INK))
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT)
        .axis_style(FAINT)
        .draw()?;
    let one = vec![(1.0, 0.0), (1.0, end)];
    chart.draw_series([PathElement::new(one, REDIS.stroke_width(2))])?;
    // The ceiling first, so that it hides no other line.
    for (index, server) in report.servers.iter().enumerate().rev() {
        let color = color(report, index);
        let place = |cell: &&Cell| -> Option<(f64, f64, Option<[f64; 2]>)> {
            let against = figure(cell)?.of(server)?;
            let row = rows.iter().position(|row| *row == cell.subject.request())?;
            let y = row as f64 + among_clients(cells, cell);
            against.ratio.is_finite().then_some((against.ratio, y, against.quartiles))
        };
        let places: Vec<_> = cells.iter().filter_map(place).collect();
        let spreads = places.iter().filter_map(|&(_, y, quartiles)| {
            let [low, high] = quartiles?;
            Some(PathElement::new([(low, y), (high, y)], color.mix(0.5).stroke_width(3)))
        });
        chart.draw_series(spreads)?;
        let points = places.iter().map(|&(x, y, _)| Circle::new((x, y), 4, color.filled()));
        chart.draw_series(points)?;
    }
    Ok(())
}

/// Returns where in its row a cell is, from 0 to 1: few clients above, many below.
fn among_clients(cells: &[&Cell], cell: &Cell) -> f64 {
    let mut clients: Vec<usize> = cells.iter().map(|cell| cell.subject.clients).collect();
    clients.sort_unstable();
    clients.dedup();
    let place = clients.iter().position(|&clients| clients == cell.subject.clients);
    (place.unwrap_or_default() as f64 + 1.0) / (clients.len() as f64 + 1.0)
}

/// Draws a bar for every line and server.
fn draw_bars(area: &Area<'_>, report: &Report, lines: &[Line]) -> anyhow::Result<()> {
    let left = MARGIN as i32;
    let title = "Memory, loading, KEYS, and who waits for it: less is better";
    area.draw(&Text::new(title, (left, 2), bold(18)))?;
    let servers: Vec<usize> = real(report).collect();
    let ratios = lines.iter().flat_map(|line| &line.ratios).flatten();
    let most = ratios.map(|range| range.most).filter(|most| most.is_finite()).fold(1.0, f64::max);
    let room = f64::from(WIDTH - BAR_LABELS - 4 * MARGIN);
    let x = |ratio: f64| BAR_LABELS as i32 + (ratio / most * room) as i32;
    let mut y = 34;
    let top = y - 4;
    for line in lines {
        let height = pixels(servers.len()) * BAR;
        let middle = y + height as i32 / 2;
        let label = line.label.replace('`', "");
        area.draw(&Text::new(label, (left, middle), aligned(16, HPos::Left)))?;
        for &server in &servers {
            let range = line.ratios.get(server).copied().flatten();
            if let Some(range) = range.filter(|range| range.most.is_finite()) {
                let (above, below) = (y + 2, y + BAR as i32 - 2);
                let end = x(range.most).max(x(0.0) + 1);
                let bar = [(x(0.0), above), (end, below)];
                area.draw(&Rectangle::new(bar, color(report, server).filled()))?;
                let place = (x(0.0) - 8, (above + below) / 2);
                area.draw(&Text::new(ratio(range.most), place, aligned(16, HPos::Right)))?;
            }
            y += BAR as i32;
        }
        y += 6;
    }
    area.draw(&PathElement::new([(x(1.0), top), (x(1.0), y)], REDIS.stroke_width(2)))?;
    let place = (x(1.0), y + 12);
    area.draw(&Text::new("Redis", place, aligned(14, HPos::Center)))?;
    Ok(())
}

fn bold(size: i32) -> TextStyle<'static> {
    ("sans-serif", size, FontStyle::Bold).into_font().color(&INK)
}

fn font(size: i32, color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color)
}

/// A text that is beside its point, at half its height.
fn aligned(size: i32, side: HPos) -> TextStyle<'static> {
    font(size, INK).pos(Pos::new(side, VPos::Center))
}

fn pixels(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;
    use crate::speed::Subject;

    #[test]
    fn the_chart_shows_every_part_on_a_background_of_its_own() {
        let svg = svg(&report()).unwrap();
        for text in [
            "one request at a time",
            "pipelines of 64",
            "GET 1 KiB",
            "1, 50, 500 clients",
            "Memory per key: 14-byte key, 16-byte value",
            "Time to load a dump of 1,000,000 keys",
            "07-keys",
            "2026-11-24",
            "<title>Speed, CPU time",
        ] {
            assert!(svg.contains(text), "{text}");
        }
        let background = svg.lines().find(|line| line.starts_with("<rect")).unwrap();
        assert!(background.contains(r##"fill="#FFFFFF""##), "{background}");
        // A dot for each cell, server and figure, and one for each entry of the legend.
        let dots = svg.matches("<circle").count();
        assert_eq!(dots, 2 * Subject::all().len() * 2 + 3);
    }

    #[test]
    fn the_overview_shows_one_stage_on_a_background_of_its_own() {
        let report = report();
        let svg = overview(&Overview::of(&report).unwrap()).unwrap();
        for text in ["Stage 07", "7.0.15", "16 in a pipeline", "memory per key", "0.040", "<title>"]
        {
            assert!(svg.contains(text), "{text}");
        }
        let background = svg.lines().find(|line| line.starts_with("<rect")).unwrap();
        assert!(background.contains(r##"fill="#FFFFFF""##), "{background}");
        // A bar for each figure, beside the background and its edge.
        assert_eq!(svg.matches("<rect").count(), 7 + 2);
    }

    #[test]
    fn a_ratio_to_nothing_is_left_out() {
        let mut report = report();
        let cell = report.speed.first_mut().unwrap();
        cell.rate.others.first_mut().unwrap().ratio = f64::INFINITY;
        report.memory.first_mut().unwrap().bytes.others.first_mut().unwrap().ratio = f64::INFINITY;
        assert_eq!(
            svg(&report).unwrap().matches("<circle").count(),
            2 * Subject::all().len() * 2 + 3 - 1
        );
    }

    #[test]
    fn a_part_that_was_not_measured_is_not_drawn() {
        let only_speed =
            Report { memory: Vec::new(), loading: None, waits: Vec::new(), ..report() };
        assert!(!svg(&only_speed).unwrap().contains("Memory, loading"));
        let no_speed = Report { speed: Vec::new(), ..report() };
        assert!(!svg(&no_speed).unwrap().contains("Requests per second"));
    }
}
