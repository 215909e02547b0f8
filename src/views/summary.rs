//! *Ringkasan*: the program on one page, each figure with last season's, its level and its meaning.

use std::collections::BTreeMap;

use super::glossary::format_of;
use super::{Scene, Sheet, count, day, level_colours, text};
use crate::ledger::season::monday_of;
use crate::statistics::figure_at;
use crate::table::Cell;
use crate::table::tab::{Chart, Format, Style, Wanted, WantedCell};

/// One line of the page: a figure, whose words have keys made from its path.
struct Line {
    path: &'static str,
    /// The paths of the figure before and of its change, if it is compared.
    compared: Option<(&'static str, &'static str)>,
}

const fn line(path: &'static str) -> Line {
    Line { path, compared: None }
}

impl Line {
    const fn compared(self, previous: &'static str, change: &'static str) -> Self {
        Self { compared: Some((previous, change)), ..self }
    }
}

const SECTIONS: &[(&str, &[Line])] = &[
    (
        "section-registration",
        &[
            line("registration.people"),
            line("registration.new")
                .compared("registration.previous_new", "registration.new_change_rate"),
            line("registration.consent.missing"),
            line("registration.funnel.placed"),
            line("registration.funnel.attended_4"),
        ],
    ),
    (
        "section-waiting",
        &[
            line("waiting.count"),
            line("waiting.over_14"),
            line("waiting.median_days"),
            line("capacity.male.gap"),
            line("capacity.female.gap"),
        ],
    ),
    (
        "section-groups",
        &[
            line("groups.open"),
            line("groups.active"),
            line("groups.mean_size"),
            line("groups.not_started"),
            line("groups.faltering"),
            line("groups.stalled"),
        ],
    ),
    (
        "section-meetings",
        &[
            line("meetings.held").compared("meetings.previous_held", "meetings.held_change_rate"),
            line("meetings.regularity"),
            line("meetings.attendance_rate"),
            line("meetings.compliance"),
            line("meetings.absent_3"),
        ],
    ),
    (
        "section-mentors",
        &[
            line("mentors.ready"),
            line("mentors.with_group"),
            line("mentors.load"),
            line("mentors.silent"),
            line("mentors.no_contact_30d"),
            line("mentors.unready_with_group"),
        ],
    ),
    ("section-taaruf", &[line("taaruf.rate"), line("taaruf.overdue")]),
    ("section-support", &[line("support.open"), line("support.late_open")]),
    (
        "section-money",
        &[line("budget.total.variance_rate"), line("cash.balance"), line("cash.months_cover")],
    ),
    (
        "section-answers",
        &[
            line("satisfaction.mentee.score"),
            line("satisfaction.mentee.response_rate"),
            line("satisfaction.mentor.score"),
            line("satisfaction.mentor.stop_or_unsure_rate"),
            line("retention.mentees.rate"),
        ],
    ),
    (
        "section-partners",
        &[
            line("partners.overdue_7"),
            line("documents.review_overdue"),
            line("documents.handover_ready"),
        ],
    ),
    (
        "section-data",
        &[
            line("data_quality.rows.read"),
            line("data_quality.rows.rejected"),
            line("data_quality.minors_in_group_without_consent"),
        ],
    ),
];

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
    let number = |path: &str| match (figures.number(path), figure_at(path)) {
        (Some(number), Some((figure, _))) => WantedCell::new(number, format_of(figure.unit)),
        _ => WantedCell::from(words.say("none")),
    };
    let nothing = || WantedCell::from("");
    let (previous, change) = line.compared.map_or_else(
        || (nothing(), nothing()),
        |(before, change)| (number(before), number(change)),
    );
    let level = figures
        .level(line.path)
        .map_or_else(nothing, |level| WantedCell::from(words.say(level.key())));
    [
        WantedCell::from(words.say(&format!("figure-{key}"))).with_note(line.path),
        number(line.path),
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
