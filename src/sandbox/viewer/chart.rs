//! Charts from their specs as inline drawings: columns, bars, lines, areas, points and pies. No
//! script, no outside resource.

use std::f64::consts::PI;

use maud::{Markup, html};
use serde_json::Value;

use crate::book::{OpenRange, Sheet, Spreadsheet};
use crate::formula::Outcome;
use crate::locale::customs;

/// Google's size of a chart whose size was not set, in pixels.
const SIZE: (f64, f64) = (600.0, 371.0);
/// The most labels along an axis that are all written.
const MOST_CUT: usize = 8;
/// The width of a letter in pixels, generously.
const LETTER_PX: f64 = 7.2;
/// Colours of series, each with a contrast of at least 3 : 1 on white (WCAG 2.2, 1.4.11).
const COLOURS: [&str; 6] = ["#1f4e4a", "#b86e14", "#3b6ea8", "#8a4f7d", "#5d7a1f", "#a33b3b"];

/// One point: what it is, how it is shown.
struct Point {
    value: Option<f64>,
    shown: String,
}

struct Series {
    name: String,
    points: Vec<Point>,
}

struct Data {
    labels: Vec<String>,
    series: Vec<Series>,
}

/// Where the viewer draws a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartPosition {
    /// Over the grid, at its cell.
    Cell,
    /// Below the grid, for its cell is not on this page.
    Below,
    /// Below the grid on paper only: over the grid a page break could cut it in two.
    Paper,
}

/// A chart with its frame.
pub fn figure(book: &Spreadsheet, sheet: &Sheet, chart: &Value, at: ChartPosition) -> Markup {
    let spec = &chart["spec"];
    let overlay = &chart["position"]["overlayPosition"];
    let pixels =
        |name: &str, default: f64| overlay[name].as_f64().filter(|n| *n > 0.0).unwrap_or(default);
    let (width, height) =
        (pixels("widthPixels", SIZE.0).min(4000.0), pixels("heightPixels", SIZE.1).min(4000.0));
    let (left, top) = (pixels("offsetXPixels", 0.0), pixels("offsetYPixels", 0.0));
    let title = spec["title"].as_str().unwrap_or("");
    let corner = if at == ChartPosition::Cell {
        format!("left:{left}px;top:{top}px;")
    } else {
        String::new()
    };
    let (drawing, summary) = draw(book, sheet, spec, width, height);
    let alt = spec["altText"].as_str().filter(|text| !text.is_empty()).unwrap_or(title);
    let told = if summary.is_empty() { alt.to_owned() } else { format!("{alt}. {summary}") };
    html! {
        figure.chart.apart[at != ChartPosition::Cell].paper[at == ChartPosition::Paper] style={ (corner) "width:" (width) "px;height:" (height) "px" } {
            svg viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(told) xmlns="http://www.w3.org/2000/svg" {
                @if !title.is_empty() { text.name x="20" y="30" { (title) } }
                (drawing)
            }
        }
    }
}

/// The drawing and its figures in words.
fn draw(
    book: &Spreadsheet,
    sheet: &Sheet,
    spec: &Value,
    width: f64,
    height: f64,
) -> (Markup, String) {
    if spec["pieChart"].is_object() {
        let pie = &spec["pieChart"];
        let labels = cells(book, sheet, &pie["domain"]);
        let points = cells(book, sheet, &pie["series"]);
        // The first cell of a pie is a title if it holds no number.
        let skip = usize::from(points.first().is_some_and(|point| point.value.is_none()));
        let labels = labels.into_iter().skip(skip).map(|point| point.shown).collect();
        let series =
            Series { name: String::new(), points: points.into_iter().skip(skip).collect() };
        let data = Data { labels, series: vec![series] };
        return (slices(&data, width, height), words(&data));
    }
    let basic = &spec["basicChart"];
    let data = data(book, sheet, basic);
    let decimal = customs(&book.locale).decimal;
    let drawing = match basic["chartType"].as_str().unwrap_or("COLUMN") {
        "BAR" => bars(&data, width, height, decimal),
        kind => Axes::new(&data, kind, (width, height), decimal).draw(&data),
    };
    (drawing, words(&data))
}

fn data(book: &Spreadsheet, sheet: &Sheet, basic: &Value) -> Data {
    let heads = basic["headerCount"].as_u64().unwrap_or(0) as usize;
    let domain = cells(book, sheet, &basic["domains"][0]["domain"]);
    let labels = domain.into_iter().skip(heads).map(|point| point.shown).collect();
    let series = basic["series"].as_array().map_or(&[][..], Vec::as_slice);
    let series = series.iter().map(|one| {
        let points = cells(book, sheet, &one["series"]);
        let name = points
            .first()
            .filter(|_| heads > 0)
            .map(|point| point.shown.clone())
            .unwrap_or_default();
        Series { name, points: points.into_iter().skip(heads).collect() }
    });
    Data { labels, series: series.collect() }
}

/// The cells of a `ChartData`, range after range.
fn cells(book: &Spreadsheet, sheet: &Sheet, data: &Value) -> Vec<Point> {
    let mut points = Vec::new();
    for source in data["sourceRange"]["sources"].as_array().into_iter().flatten() {
        // A range without a sheetId is one of the sheet 0.
        let id = source["sheetId"].as_i64().unwrap_or(0);
        let from = if id == sheet.id { Some(sheet) } else { book.sheet(id) };
        let Some(from) = from else { continue };
        let area = from.resolve(OpenRange::from_json(source));
        for row in area.top..area.bottom.min(from.rows().len()) {
            for column in area.left..area.right {
                let value = match book.value(from, row, column) {
                    Outcome::Number(number) => Some(number),
                    _ => None,
                };
                points.push(Point { value, shown: book.shown(from, row, column) });
            }
        }
    }
    points
}

/// `Senin 12, Selasa 9`, for those who hear the page.
fn words(data: &Data) -> String {
    let mut words = Vec::new();
    for series in &data.series {
        for (label, point) in
            data.labels.iter().zip(&series.points).filter(|(_, point)| point.value.is_some())
        {
            words.push(format!("{label} {}", point.shown));
        }
    }
    words.truncate(40);
    words.join(", ")
}

fn colour(at: usize) -> &'static str {
    COLOURS[at % COLOURS.len()]
}

/// The value of the highest line of the scale and the step between lines: 1, 2 or 5 times a power
/// of ten.
fn scale(least: f64, most: f64) -> (f64, f64, f64) {
    let (least, most) =
        (least.min(0.0), if most > least.min(0.0) { most } else { least.min(0.0) + 1.0 });
    let rough = (most - least) / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|n| n * power)
        .find(|step| *step >= rough)
        .unwrap_or(power);
    ((least / step).floor() * step, (most / step).ceil() * step, step)
}

fn range(data: &Data) -> (f64, f64) {
    let values =
        data.series.iter().flat_map(|series| series.points.iter().filter_map(|point| point.value));
    values.fold((0.0, 0.0), |(least, most): (f64, f64), value| (least.min(value), most.max(value)))
}

/// A number of the scale, without noise from its steps.
fn mark(number: f64, step: f64, decimal: char) -> String {
    let decimals = if step >= 1.0 { 0 } else { (-step.log10()).ceil() as usize };
    format!("{number:.decimals$}").replace('.', &decimal.to_string())
}

fn legend(data: &Data, width: f64, height: f64) -> Markup {
    if data.series.len() < 2 {
        return html! {};
    }
    let each = (width - 40.0) / data.series.len() as f64;
    html! {
        @for (at, series) in data.series.iter().enumerate() {
            @let x = 20.0 + each * at as f64;
            rect x=(x) y=(height - 24.0) width="12" height="12" rx="2" fill=(colour(at)) {}
            text x=(x + 18.0) y=(height - 14.0) { (series.name) }
        }
    }
}

/// A drawing with labels below and values upwards.
struct Axes<'d> {
    kind: &'d str,
    decimal: char,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    least: f64,
    most: f64,
    step: f64,
    size: (f64, f64),
    count: usize,
}

impl<'d> Axes<'d> {
    fn new(data: &Data, kind: &'d str, size: (f64, f64), decimal: char) -> Self {
        let (width, height) = size;
        let (least, most) = range(data);
        let (least, most, step) = scale(least, most);
        let below = if data.series.len() > 1 { 70.0 } else { 46.0 };
        let count = data
            .series
            .iter()
            .map(|series| series.points.len())
            .chain([data.labels.len()])
            .max()
            .unwrap_or(0);
        Self {
            decimal,
            kind,
            left: 56.0,
            right: width - 20.0,
            top: 52.0,
            bottom: height - below,
            least,
            most,
            step,
            size,
            count,
        }
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (value - self.least) / (self.most - self.least) * (self.bottom - self.top)
    }

    fn slot(&self) -> f64 {
        (self.right - self.left) / self.count.max(1) as f64
    }

    fn middle(&self, at: usize) -> f64 {
        self.left + self.slot() * (at as f64 + 0.5)
    }

    /// Every how many-th label is written: few are cut to fit, of many some are left out.
    fn labels_apart(&self, data: &Data) -> usize {
        if self.count <= MOST_CUT {
            return 1;
        }
        let longest =
            data.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).min(14);
        let room = longest as f64 * LETTER_PX + 14.0;
        ((room / self.slot()).ceil() as usize).max(1)
    }

    fn draw(&self, data: &Data) -> Markup {
        let lines = ((self.most - self.least) / self.step).round() as usize;
        let every = self.labels_apart(data);
        html! {
            @for line in 0..=lines {
                @let value = self.least + self.step * line as f64;
                line.rule x1=(self.left) x2=(self.right) y1=(self.y(value)) y2=(self.y(value)) {}
                text.mark x=(self.left - 8.0) y=(self.y(value) + 4.0) text-anchor="end" { (mark(value, self.step, self.decimal)) }
            }
            @for (at, label) in data.labels.iter().enumerate().filter(|(at, _)| at % every == 0) {
                text.mark x=(self.middle(at)) y=(self.bottom + 20.0) text-anchor="middle" { (cut(label, self.slot() * every as f64)) }
            }
            @for (at, series) in data.series.iter().enumerate() {
                @if matches!(self.kind, "LINE" | "AREA" | "STEPPED_AREA" | "SCATTER") { (self.line(series, colour(at))) }
                @else { (self.columns(series, at, data)) }
            }
            (legend(data, self.size.0, self.size.1))
        }
    }

    fn columns(&self, series: &Series, at: usize, data: &Data) -> Markup {
        let wide = self.slot() * 0.7 / data.series.len().max(1) as f64;
        html! {
            @for (point, told) in series.points.iter().enumerate() {
                @if let Some(value) = told.value {
                    @let x = self.middle(point) - self.slot() * 0.35 + wide * at as f64;
                    @let (one, other) = (self.y(value), self.y(0.0));
                    rect x=(x) y=(one.min(other)) width=(wide) height=((one - other).abs()) fill=(colour(at)) {
                        title { (data.labels.get(point).map_or("", String::as_str)) ": " (told.shown) }
                    }
                }
            }
        }
    }

    fn line(&self, series: &Series, colour: &str) -> Markup {
        // A gap in the values is a gap in the line.
        let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for (at, point) in series.points.iter().enumerate() {
            match (point.value, runs.last_mut()) {
                (Some(value), Some(run)) => run.push((self.middle(at), self.y(value))),
                (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
                _ => {}
            }
        }
        let path = |run: &[(f64, f64)]| {
            run.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
        };
        let ground = self.y(0.0);
        html! {
            @for run in runs.iter().filter(|run| !run.is_empty()) {
                @if self.kind.ends_with("AREA") && run.len() > 1 {
                    polygon points={ (format!("{:.1},{ground:.1} ", run[0].0)) (path(run)) (format!(" {:.1},{ground:.1}", run[run.len() - 1].0)) } fill=(colour) fill-opacity="0.2" {}
                }
                @if self.kind != "SCATTER" { polyline points=(path(run)) fill="none" stroke=(colour) stroke-width="2.5" {} }
                @for (x, y) in run { circle cx=(x) cy=(y) r="3.5" fill=(colour) {} }
            }
        }
    }
}

/// As much of a label as fits.
fn cut(label: &str, pixels: f64) -> String {
    let most = ((pixels / LETTER_PX) as usize).max(3);
    if label.chars().count() <= most {
        return label.to_owned();
    }
    let kept: String = label.chars().take(most - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Bars from left to right, one label below the other.
fn bars(data: &Data, width: f64, height: f64, decimal: char) -> Markup {
    let (least, most) = range(data);
    let (least, most, step) = scale(least, most);
    let (left, right, top) = (150.0, width - 30.0, 52.0);
    let bottom = height - if data.series.len() > 1 { 70.0 } else { 46.0 };
    let x = |value: f64| left + (value - least) / (most - least) * (right - left);
    let slot = (bottom - top) / data.labels.len().max(1) as f64;
    let thick = slot * 0.7 / data.series.len().max(1) as f64;
    let lines = ((most - least) / step).round() as usize;
    html! {
        @for line in 0..=lines {
            @let value = least + step * line as f64;
            line.rule x1=(x(value)) x2=(x(value)) y1=(top) y2=(bottom) {}
            text.mark x=(x(value)) y=(bottom + 18.0) text-anchor="middle" { (mark(value, step, decimal)) }
        }
        @for (at, label) in data.labels.iter().enumerate() {
            text.mark x=(left - 8.0) y=(top + slot * (at as f64 + 0.5) + 4.0) text-anchor="end" { (cut(label, left - 14.0)) }
            @for (number, series) in data.series.iter().enumerate() {
                @if let Some((value, point)) = series.points.get(at).and_then(|point| Some((point.value?, point))) {
                    rect x=(x(value.min(0.0))) y=(top + slot * (at as f64 + 0.15) + thick * number as f64) width=((x(value) - x(0.0)).abs()) height=(thick) fill=(colour(number)) {
                        title { (label) ": " (point.shown) }
                    }
                }
            }
        }
        (legend(data, width, height))
    }
}

fn slices(data: &Data, width: f64, height: f64) -> Markup {
    let Some(series) = data.series.first() else { return html! {} };
    let parts: Vec<(usize, f64)> = series
        .points
        .iter()
        .enumerate()
        .filter_map(|(at, point)| Some((at, point.value.filter(|v| *v > 0.0)?)))
        .collect();
    let whole: f64 = parts.iter().map(|(_, value)| value).sum();
    let radius = ((height - 80.0) / 2.0).min(width / 4.0).max(10.0);
    let (x, y) = (width * 0.3, height / 2.0 + 16.0);
    let mut turned = 0.0;
    let mut slices = Vec::new();
    for (number, (at, value)) in parts.iter().enumerate() {
        let label = data.labels.get(*at).map_or("", String::as_str);
        let (from, to) = (turned, turned + value / whole);
        turned = to;
        let corner = |share: f64| {
            (x + radius * (2.0 * PI * share).sin(), y - radius * (2.0 * PI * share).cos())
        };
        let ((x1, y1), (x2, y2)) = (corner(from), corner(to));
        let large = i32::from(to - from > 0.5);
        let path = format!(
            "M{x:.1},{y:.1} L{x1:.1},{y1:.1} A{radius:.1},{radius:.1} 0 {large} 1 {x2:.1},{y2:.1} Z"
        );
        let line = 76.0 + 24.0 * number as f64;
        slices.push(html! {
            @if parts.len() == 1 { circle cx=(x) cy=(y) r=(radius) fill=(colour(number)) {} }
            @else { path d=(path) fill=(colour(number)) stroke="#fff" stroke-width="1.5" { title { (label) ": " (series.points[*at].shown) } } }
            rect x=(width * 0.62) y=(line - 10.0) width="12" height="12" rx="2" fill=(colour(number)) {}
            text x=(width * 0.62 + 20.0) y=(line) { (cut(label, width * 0.24)) " · " (format!("{:.0}%", (to - from) * 100.0)) }
        });
    }
    html! { @for slice in &slices { (slice) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_round_steps_and_holds_all_values() {
        assert_eq!(scale(0.0, 0.0), (0.0, 1.0, 0.5));
        assert_eq!(scale(0.0, 17.0), (0.0, 20.0, 5.0));
        assert_eq!(scale(-3.0, 9.0), (-5.0, 10.0, 5.0));
        assert_eq!(mark(0.5, 0.5, ','), "0,5");
    }
}
