//! *Ringkasan*: the program on one page, each figure with last season's, its level and its meaning.

use std::collections::BTreeMap;

use super::{Level, Scene, Sheet, count, day, level_colours, levels, text};
use crate::ledger::season::monday_of;
use crate::table::Cell;
use crate::table::tab::{Chart, Format, Style, Wanted, WantedCell};

/// One line of the page.
struct Line {
    /// The figure's path; the keys of its words are made from it.
    path: &'static str,
    format: Format,
    /// The paths of the figure before and of its change, if it is compared.
    compared: Option<(&'static str, &'static str)>,
    /// The level of statistics.md section 6, if the figure has one.
    level: Option<fn(&Scene<'_>) -> Option<Level>>,
}

const fn line(path: &'static str, format: Format) -> Line {
    Line { path, format, compared: None, level: None }
}

impl Line {
    const fn compared(mut self, previous: &'static str, change: &'static str) -> Self {
        self.compared = Some((previous, change));
        self
    }

    const fn level(mut self, level: fn(&Scene<'_>) -> Option<Level>) -> Self {
        self.level = Some(level);
        self
    }
}

const SECTIONS: &[(&str, &[Line])] = &[
    (
        "section-registration",
        &[
            line("registration.people", Format::Integer),
            line("registration.new", Format::Integer)
                .compared("registration.previous_new", "registration.new_change_rate")
                .level(|scene| change_level(scene, "registration.new_change_rate")),
            line("registration.consent.missing", Format::Integer),
            line("registration.funnel.placed", Format::Integer),
            line("registration.funnel.attended_4", Format::Integer),
        ],
    ),
    (
        "section-waiting",
        &[
            line("waiting.count", Format::Integer),
            line("waiting.over_14", Format::Integer).level(|scene| {
                let figures = scene.figures;
                let (over_14, over_28) =
                    (figures.integer("waiting.over_14")?, figures.integer("waiting.over_28")?);
                Some(Level::of(over_14 > 0, over_28 > 0))
            }),
            line("waiting.median_days", Format::Decimal),
            line("capacity.male.gap", Format::Integer)
                .level(|scene| gap_level(scene, "capacity.male.gap")),
            line("capacity.female.gap", Format::Integer)
                .level(|scene| gap_level(scene, "capacity.female.gap")),
        ],
    ),
    (
        "section-groups",
        &[
            line("groups.open", Format::Integer),
            line("groups.active", Format::Integer),
            line("groups.mean_size", Format::Decimal),
            line("groups.not_started", Format::Integer)
                .level(|scene| any(scene, "groups.not_started", Level::Warning)),
            line("groups.faltering", Format::Integer)
                .level(|scene| any(scene, "groups.faltering", Level::Warning)),
            line("groups.stalled", Format::Integer)
                .level(|scene| any(scene, "groups.stalled", Level::Alert)),
        ],
    ),
    (
        "section-meetings",
        &[
            line("meetings.held", Format::Integer)
                .compared("meetings.previous_held", "meetings.held_change_rate")
                .level(|scene| change_level(scene, "meetings.held_change_rate")),
            line("meetings.regularity", Format::Percent)
                .level(|scene| below(scene, "meetings.regularity", 0.75, 0.50)),
            line("meetings.attendance_rate", Format::Percent)
                .level(|scene| below(scene, "meetings.attendance_rate", 0.70, 0.50)),
            line("meetings.compliance", Format::Percent)
                .level(|scene| below(scene, "meetings.compliance", 0.80, 0.50)),
            line("meetings.absent_3", Format::Integer),
        ],
    ),
    (
        "section-mentors",
        &[
            line("mentors.ready", Format::Integer),
            line("mentors.with_group", Format::Integer),
            line("mentors.load", Format::Percent).level(|scene| {
                let figures = scene.figures;
                let (load, three) =
                    (figures.number("mentors.load")?, figures.integer("mentors.three_groups")?);
                Some(Level::of(load > 1.0, load >= 1.25 || three > 0))
            }),
            line("mentors.silent", Format::Integer)
                .level(|scene| any(scene, "mentors.silent", Level::Alert)),
            line("mentors.no_contact_30d", Format::Integer).level(|scene| {
                let figures = scene.figures;
                let within_45 = figures.integer("mentors.no_contact_45d")?;
                Some(Level::of(figures.integer("mentors.no_contact_30d")? > 0, within_45 > 0))
            }),
            line("mentors.unready_with_group", Format::Integer)
                .level(|scene| any(scene, "mentors.unready_with_group", Level::Alert)),
        ],
    ),
    (
        "section-taaruf",
        &[
            line("taaruf.rate", Format::Percent),
            line("taaruf.overdue", Format::Integer).level(levels::taaruf),
        ],
    ),
    (
        "section-support",
        &[
            line("support.open", Format::Integer),
            line("support.late_open", Format::Integer).level(levels::support),
        ],
    ),
    (
        "section-money",
        &[
            line("budget.total.variance_rate", Format::Percent).level(levels::budget_worst),
            line("cash.balance", Format::Money),
            line("cash.months_cover", Format::Decimal).level(levels::cash),
        ],
    ),
    (
        "section-answers",
        &[
            line("satisfaction.mentee.score", Format::Decimal).level(levels::mentee_score),
            line("satisfaction.mentee.response_rate", Format::Percent).level(levels::response_rate),
            line("satisfaction.mentor.score", Format::Decimal).level(levels::mentor_score),
            line("satisfaction.mentor.stop_or_unsure_rate", Format::Percent)
                .level(levels::stop_or_unsure),
            line("retention.mentees.rate", Format::Percent).level(levels::retention),
        ],
    ),
    (
        "section-partners",
        &[
            line("partners.overdue_7", Format::Integer).level(levels::partners),
            line("documents.review_overdue", Format::Integer)
                .level(|scene| any(scene, "documents.review_overdue", Level::Warning)),
            line("documents.handover_ready", Format::Percent).level(levels::handover),
        ],
    ),
    (
        "section-data",
        &[
            line("data_quality.rows.read", Format::Integer),
            line("data_quality.rows.rejected", Format::Integer)
                .level(|scene| any(scene, "data_quality.rows.rejected", Level::Warning)),
            line("data_quality.minors_in_group_without_consent", Format::Integer).level(|scene| {
                any(scene, "data_quality.minors_in_group_without_consent", Level::Alert)
            }),
        ],
    ),
];

fn change_level(scene: &Scene<'_>, path: &str) -> Option<Level> {
    below(scene, path, -0.10 + f64::EPSILON, -0.25 + f64::EPSILON)
}

fn gap_level(scene: &Scene<'_>, path: &str) -> Option<Level> {
    let gap = scene.figures.integer(path)?;
    Some(Level::of(gap > 0, gap > 8))
}

fn below(scene: &Scene<'_>, path: &str, warning: f64, alert: f64) -> Option<Level> {
    levels::below(scene.figures, path, warning, alert)
}

fn any(scene: &Scene<'_>, path: &str, level: Level) -> Option<Level> {
    Some(if scene.figures.integer(path)? > 0 { level } else { Level::Good })
}

/// The column of levels.
const LEVEL_COLUMN: usize = 4;

/// The tab.
pub fn view(scene: &Scene<'_>) -> Wanted {
    let words = scene.words;
    let open_matters = super::actions::actions(scene).len();
    let lead = words.say_with(
        "summary-lead",
        &[
            ("day", &words.long_date(scene.standing.as_of)),
            ("season", &scene.standing.season.name),
            ("count", &words.integer(open_matters as i64)),
        ],
    );
    let title = words.say_with("summary-title", &[("program", scene.program_name)]);
    let mut sheet = Sheet::new("summary", &[250, 100, 100, 100, 100, 560], title, lead);
    let columns = ["figure", "value", "previous", "change", "level", "meaning"]
        .map(|name| format!("summary-col-{name}"));
    sheet.header(words, &columns.each_ref().map(String::as_str));
    sheet.layout.colours = level_colours(LEVEL_COLUMN, words);
    for (section, lines) in SECTIONS {
        sheet.push(Style::Section, [text(words.say(section))]);
        for line in *lines {
            sheet.push(Style::Body, cells(line, scene));
        }
    }
    weeks(scene, &mut sheet);
    sheet.finish(words.say("tab-summary"))
}

fn cells(line: &Line, scene: &Scene<'_>) -> [WantedCell; 6] {
    let (words, figures) = (scene.words, scene.figures);
    let key = line.path.replace('.', "-");
    let number = |path: &str, format: Format| match figures.number(path) {
        Some(number) => WantedCell::new(number, format),
        None => WantedCell::from(words.say("none")),
    };
    let nothing = || WantedCell::from("");
    let (previous, change) = match line.compared {
        Some((previous, change)) => {
            (number(previous, line.format), number(change, Format::Percent))
        }
        None => (nothing(), nothing()),
    };
    let level = line
        .level
        .and_then(|level| level(scene))
        .map_or_else(nothing, |level| words.say(level.key()).into());
    [
        WantedCell::from(words.say(&format!("figure-{key}"))).with_note(line.path),
        number(line.path, line.format),
        previous,
        change,
        level,
        text(words.say(&format!("meaning-{key}"))),
    ]
}

/// The meetings of each school week, and their chart. Every week of the season has its row from the
/// first day on, so that the chart never has to be drawn anew.
fn weeks(scene: &Scene<'_>, sheet: &mut Sheet) {
    let (words, standing) = (scene.words, scene.standing);
    let season = standing.season;
    let mut held: BTreeMap<_, i64> = BTreeMap::new();
    for meeting in standing.meetings.within(standing.window()).iter().filter(|meeting| meeting.held)
    {
        *held.entry(monday_of(meeting.date)).or_default() += 1;
    }
    sheet.push(Style::Section, [text(words.say("summary-weeks"))]);
    let first_row = sheet.rows.len();
    sheet.push(
        Style::Header,
        ["summary-col-week", "summary-col-held"].map(|key| words.say(key).into()),
    );
    for &monday in standing.weeks.within(season, season.start, season.end) {
        let begun = monday <= standing.through;
        let number = if begun {
            count(held.get(&monday).copied().unwrap_or(0))
        } else {
            WantedCell::new(Cell::Blank, Format::Integer)
        };
        sheet.push(Style::Body, [day(monday), number]);
    }
    sheet.layout.charts.push(Chart {
        title: words.say("summary-chart"),
        first_row,
        end_row: sheet.rows.len(),
        labels_column: 0,
        series_columns: vec![1],
        anchor: (first_row, 2),
    });
}
