//! The configuration: TOML to `Config`, unknown keys refused, every mistake shown at its line and
//! under its word.
//!
//! Secrets never stand here: a key file is named, not quoted. The environment is read elsewhere,
//! for secrets and the log level only.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use toml::Spanned;

use crate::forms::definition::{Kind, Sensitivity};
use crate::forms::{FORMS, Forms};
use crate::ledger::procedures::Procedure;
use crate::ledger::season::{CalendarEntry, Season};
use crate::matching::criteria::{
    AnswerKind, Criterion, CriterionMismatch, Measure, Questions, With,
};
use crate::matching::instance::{GroupSize, ReadingMix, Settings};
use crate::matching::terms::{TermKind, Weights};
use crate::schedule::Schedule;
use crate::words::Language;

mod mistake;
mod procedures;
mod recorded;

pub use self::mistake::{Mistake, MistakeKind, Mistakes};

/// The configuration as it is compiled in: the example that `halaqah` starts from.
pub const EXAMPLE: &str = include_str!("../config/halaqah.toml");

/// How many people one reading places without asking again, unless said otherwise.
const MOST_PLACED: usize = 12;

/// What stands in the example in the place of a spreadsheet's id.
pub const EXAMPLE_SPREADSHEET_ID: &str = "PASTE-THE-ID";

/// A tab named by its title or by its sheetId.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TabName {
    /// The title it had when it was configured.
    Title(String),
    /// The number after `#gid=`.
    SheetId(i64),
}

impl<'de> Deserialize<'de> for TabName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TabVisitor;
        impl Visitor<'_> for TabVisitor {
            type Value = TabName;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a tab's title, or its sheetId as a number")
            }
            fn visit_str<E>(self, title: &str) -> Result<TabName, E> {
                Ok(TabName::Title(title.to_owned()))
            }
            fn visit_i64<E>(self, sheet_id: i64) -> Result<TabName, E> {
                Ok(TabName::SheetId(sheet_id))
            }
        }
        deserializer.deserialize_any(TabVisitor)
    }
}

impl fmt::Display for TabName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title(title) => f.write_str(title),
            Self::SheetId(sheet_id) => write!(f, "#gid={sheet_id}"),
        }
    }
}

/// A configuration whose every value has been checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it came from.
    pub path: PathBuf,
    /// What people see.
    pub language: Language,
    /// All days and hours.
    pub timezone: Tz,
    /// Where the ledger lives.
    pub data_dir: PathBuf,
    /// The program's name as people read it.
    pub program_name: String,
    /// The program's code as the ledger writes it.
    pub program_code: String,
    /// The address of a sandbox; none for Google itself.
    pub endpoint: Option<String>,
    /// The service account's key file.
    pub credentials: Option<PathBuf>,
    /// How long one request may take, in seconds.
    pub timeout_s: u64,
    /// The spreadsheet.
    pub spreadsheet_id: String,
    /// The second spreadsheet, for what is confidential; none: it stands nowhere.
    pub restricted_id: Option<String>,
    /// When a cycle is due.
    pub schedule: Schedule,
    /// AnswerKind after every good cycle.
    pub heartbeat_url: Option<String>,
    /// Told the ledger's head at the end of each day.
    pub checkpoint_url: Option<String>,
    /// The tab of each form that is on, by form key.
    pub forms: BTreeMap<String, TabName>,
    /// The link to fill in a form, for forms that have one; `{group}` stands for a group's name.
    pub form_links: BTreeMap<String, String>,
    /// In order of their first day.
    pub seasons: Vec<Season>,
    /// Days on which groups are not expected to meet.
    pub calendar: Vec<CalendarEntry>,
    /// Documents the next board must receive.
    pub handover_kinds: Vec<String>,
    /// More people than this, or than two whole groups, are not placed by one reading of the tab
    /// of suggestions without being asked again.
    pub most_placed: usize,
    /// How long personal data are kept.
    pub retention: Retention,
    /// How large a group is.
    pub group_size: GroupSize,
    /// What matters in a placement.
    pub weights: Weights,
    /// How long matching may look for suggestions; none looks until its work is done.
    pub matching_deadline: Option<Duration>,
    /// Whether chance chooses among plans that are nearly as good as the best.
    pub randomise: bool,
    /// Criteria on further questions.
    pub criteria: Vec<Criterion>,
    /// Whether groups should read alike.
    pub reading: ReadingMix,
    /// The board's procedures, with the days allowed for each step.
    pub procedures: Vec<Procedure>,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file has mistakes.
    #[error("{0}")]
    Mistakes(Mistakes),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    language: Language,
    timezone: Spanned<String>,
    data_dir: PathBuf,
    program: ProgramTable,
    #[serde(default)]
    google: GoogleTable,
    workbook: WorkbookTable,
    #[serde(default)]
    schedule: ScheduleTable,
    heartbeat: Option<HeartbeatTable>,
    checkpoint: Option<CheckpointTable>,
    #[serde(default)]
    forms: BTreeMap<Spanned<String>, FormTable>,
    seasons: Vec<Spanned<SeasonTable>>,
    #[serde(default)]
    calendar: Vec<Spanned<CalendarTable>>,
    #[serde(default)]
    handover: HandoverTable,
    retention: Option<RetentionTable>,
    fuse: Option<FuseTable>,
    #[serde(default)]
    matching: MatchingTable,
    procedures: Option<Vec<procedures::ProcedureTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgramTable {
    name: String,
    code: Spanned<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct GoogleTable {
    endpoint: Option<Spanned<String>>,
    credentials: Option<Spanned<String>>,
    timeout_s: Option<Spanned<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkbookTable {
    spreadsheet_id: Spanned<String>,
    restricted_id: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct FuseTable {
    placements: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ScheduleTable {
    sync: Option<Spanned<String>>,
    digest: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeartbeatTable {
    url: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointTable {
    url: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormTable {
    tab: Spanned<TabName>,
    link: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeasonTable {
    code: Spanned<String>,
    name: String,
    start: Spanned<String>,
    end: Spanned<String>,
    #[serde(default)]
    cash_opening: i64,
}

/// Why the school is closed or busy.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum CalendarKind {
    Exam,
    Holiday,
    Ramadan,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarTable {
    from: Spanned<String>,
    to: Spanned<String>,
    #[expect(dead_code, reason = "every kind closes the school alike; the word is for people")]
    kind: CalendarKind,
    #[expect(dead_code, reason = "for people")]
    name: Option<String>,
}

/// How long personal data are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Whether the configuration says so: otherwise what is due is only listed.
    pub configured: bool,
    /// Months after the last thing that happened with a person who is in no group.
    pub identity_months: u32,
    /// Days after a request for support was closed.
    pub support_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionTable {
    #[serde(default = "identity_months")]
    identity_months: u32,
    #[serde(default = "support_days")]
    support_days: u32,
}

impl Retention {
    fn of(table: Option<&RetentionTable>) -> Self {
        Self {
            configured: table.is_some(),
            identity_months: table.map_or_else(identity_months, |table| table.identity_months),
            support_days: table.map_or_else(support_days, |table| table.support_days),
        }
    }
}

fn identity_months() -> u32 {
    12
}

fn support_days() -> u32 {
    90
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct HandoverTable {
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct MatchingTable {
    group_size: Option<Spanned<GroupSize>>,
    weights: Option<Weights>,
    #[serde(default)]
    reading: ReadingMix,
    #[serde(default)]
    criteria: Vec<CriterionTable>,
    deadline_s: Option<Spanned<f64>>,
    #[serde(default)]
    randomise: bool,
}

/// One criterion: the mentee's answer to `field`, measured against the answer to `other` (the same
/// key, unless it is said).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CriterionTable {
    field: Spanned<String>,
    other: Option<Spanned<String>>,
    #[serde(default)]
    with: With,
    measure: Spanned<Measure>,
    weight: u32,
}

impl Config {
    /// What the program wants of its groups.
    pub fn matching(&self) -> Settings<'_> {
        Settings {
            group_size: self.group_size,
            weights: self.weights,
            reading: self.reading,
            randomise: self.randomise,
            criteria: &self.criteria,
        }
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a file; `path` is where paths in it begin and what mistakes name.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let wrong = |list| {
            let (path, text) = (path.to_owned(), text.to_owned());
            ConfigError::Mistakes(Mistakes { path, text, list })
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let kind = MistakeKind::Toml(error.message().to_owned());
            wrong(vec![Mistake { span: error.span().unwrap_or(0..0), kind }])
        })?;
        let mut mistakes = Vec::new();
        let config = check(path, file, &mut mistakes);
        mistakes.extend(config.as_ref().and_then(|config| too_much_personality(text, config)));
        match config {
            Some(config) if mistakes.is_empty() => Ok(config),
            _ => Err(wrong(mistakes)),
        }
    }

    /// The folder of the file: where its paths begin and where files that take the place of
    /// built-in ones stand.
    pub fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// The ledger's directory.
    pub fn ledger_dir(&self) -> PathBuf {
        self.data_dir.join("ledger")
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Every value checked; mistakes are collected, so that all of them are seen at once.
fn check(path: &Path, file: File, mistakes: &mut Vec<Mistake>) -> Option<Config> {
    let folder = folder_of(path);
    let timezone = check_program(&file, mistakes);
    check_addresses(&file, mistakes);
    check_workbook(&file.workbook, mistakes);
    let schedule = check_schedule(file.schedule, mistakes);
    check_forms(&file.forms, mistakes);
    let handover_kinds = check_handover(file.handover, mistakes);
    let group_size = check_group_size(file.matching.group_size, mistakes);
    let matching_deadline = check_deadline(file.matching.deadline_s, mistakes);
    let seasons = check_seasons(file.seasons, mistakes);
    let calendar = check_calendar(file.calendar, mistakes);
    let criteria = check_criteria(folder, file.matching.criteria, mistakes);
    let procedures = procedures::check(file.procedures, file.language, folder, mistakes);
    let link_of = |(form, table): (&Spanned<String>, &FormTable)| {
        Some((form.get_ref().clone(), table.link.as_ref()?.get_ref().clone()))
    };
    let tab_of =
        |(form, table): (Spanned<String>, FormTable)| (form.into_inner(), table.tab.into_inner());
    Some(Config {
        path: path.to_owned(),
        language: file.language,
        timezone: timezone?,
        data_dir: folder.join(file.data_dir),
        program_name: file.program.name,
        program_code: file.program.code.into_inner(),
        endpoint: file.google.endpoint.map(Spanned::into_inner),
        credentials: file.google.credentials.map(|name| folder.join(name.into_inner())),
        timeout_s: file.google.timeout_s.map_or(60, Spanned::into_inner),
        spreadsheet_id: file.workbook.spreadsheet_id.into_inner(),
        restricted_id: file.workbook.restricted_id.map(Spanned::into_inner),
        schedule: schedule?,
        heartbeat_url: file.heartbeat.map(|table| table.url.into_inner()),
        checkpoint_url: file.checkpoint.map(|table| table.url.into_inner()),
        form_links: file.forms.iter().filter_map(link_of).collect(),
        forms: file.forms.into_iter().map(tab_of).collect(),
        seasons: seasons?,
        calendar: calendar?,
        retention: Retention::of(file.retention.as_ref()),
        most_placed: file.fuse.and_then(|fuse| fuse.placements).unwrap_or(MOST_PLACED),
        handover_kinds,
        group_size,
        weights: file.matching.weights.unwrap_or_default(),
        criteria,
        reading: file.matching.reading,
        matching_deadline,
        randomise: file.matching.randomise,
        procedures,
    })
}

/// Returns the time zone, if there is one of that name.
fn check_program(file: &File, mistakes: &mut Vec<Mistake>) -> Option<Tz> {
    let timezone = file.timezone.get_ref().parse().ok();
    if timezone.is_none() {
        mistakes.push(MistakeKind::TimeZone(file.timezone.get_ref().clone()).at(&file.timezone));
    }
    let code = file.program.code.get_ref();
    let may_stand = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if code.is_empty() || !code.bytes().all(may_stand) {
        mistakes.push(MistakeKind::ProgramCode.at(&file.program.code));
    }
    timezone
}

/// Checks the key file's name, the links and the addresses, and the time for a request.
fn check_addresses(file: &File, mistakes: &mut Vec<Mistake>) {
    if let Some(credentials) = &file.google.credentials
        && credentials.get_ref().contains('{')
    {
        mistakes.push(MistakeKind::KeyInFile.at(credentials));
    }
    for link in file.forms.values().filter_map(|table| table.link.as_ref()) {
        if !is_web_address(link.get_ref()) {
            mistakes.push(MistakeKind::Link.at(link));
        }
    }
    let heartbeat = file.heartbeat.as_ref().map(|table| &table.url);
    let checkpoint = file.checkpoint.as_ref().map(|table| &table.url);
    for url in [file.google.endpoint.as_ref(), heartbeat, checkpoint].into_iter().flatten() {
        if !is_web_address(url.get_ref()) {
            mistakes.push(MistakeKind::Address.at(url));
        }
    }
    if let Some(timeout) = &file.google.timeout_s
        && *timeout.get_ref() == 0
    {
        mistakes.push(MistakeKind::Timeout.at(timeout));
    }
}

fn check_workbook(workbook: &WorkbookTable, mistakes: &mut Vec<Mistake>) {
    let id = &workbook.spreadsheet_id;
    if !is_spreadsheet_id(id.get_ref()) {
        mistakes.push(MistakeKind::SpreadsheetId.at(id));
    }
    let Some(restricted) = &workbook.restricted_id else { return };
    if !is_spreadsheet_id(restricted.get_ref()) {
        mistakes.push(MistakeKind::SpreadsheetId.at(restricted));
    } else if restricted.get_ref() == id.get_ref() {
        mistakes.push(MistakeKind::RestrictedIsShared.at(restricted));
    }
}

/// Returns when a cycle is due, if that can be read.
fn check_schedule(table: ScheduleTable, mistakes: &mut Vec<Mistake>) -> Option<Schedule> {
    let mut read = |schedule: &Spanned<String>| match schedule.get_ref().parse::<Schedule>() {
        Ok(schedule) => Some(schedule),
        Err(error) => {
            mistakes.push(MistakeKind::from(error).at(schedule));
            None
        }
    };
    let sync = table.sync.unwrap_or_else(|| Spanned::new(0..0, "*/5 * * * *".to_owned()));
    let schedule = read(&sync);
    if let Some(digest) = &table.digest {
        read(digest);
    }
    schedule
}

fn check_forms(forms: &BTreeMap<Spanned<String>, FormTable>, mistakes: &mut Vec<Mistake>) {
    for (form, table) in forms {
        if !FORMS.iter().any(|known| known.key == form.get_ref()) {
            mistakes.push(MistakeKind::Form(form.get_ref().clone()).at(form));
        }
        if matches!(table.tab.get_ref(), TabName::Title(title) if title.trim().is_empty()) {
            mistakes.push(MistakeKind::TabTitle.at(&table.tab));
        }
    }
    let tabs: Vec<_> = forms.values().map(|table| &table.tab).collect();
    for (index, tab) in tabs.iter().enumerate() {
        if tabs[..index].iter().any(|other| other.get_ref() == tab.get_ref()) {
            mistakes.push(MistakeKind::SharedTab.at(tab));
        }
    }
}

/// Returns the kinds of documents by the codes that the form of documents has.
fn check_handover(table: HandoverTable, mistakes: &mut Vec<Mistake>) -> Vec<String> {
    for kind in &table.kinds {
        if !DOCUMENT_KINDS.contains(&kind.get_ref().as_str()) && kind.get_ref() != "sop" {
            mistakes.push(MistakeKind::DocumentKind(kind.get_ref().clone()).at(kind));
        }
    }
    table.kinds.into_iter().map(|kind| document_kind(kind.into_inner())).collect()
}

fn check_group_size(size: Option<Spanned<GroupSize>>, mistakes: &mut Vec<Mistake>) -> GroupSize {
    let Some(size) = size else { return GroupSize::default() };
    if !is_group_size(*size.get_ref()) {
        mistakes.push(MistakeKind::GroupSize.at(&size));
    }
    size.into_inner()
}

fn check_deadline(seconds: Option<Spanned<f64>>, mistakes: &mut Vec<Mistake>) -> Option<Duration> {
    let seconds = seconds?;
    let deadline = Duration::try_from_secs_f64(*seconds.get_ref()).ok();
    let deadline = deadline.filter(|deadline| !deadline.is_zero());
    if deadline.is_none() {
        mistakes.push(MistakeKind::Deadline.at(&seconds));
    }
    deadline
}

fn is_web_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn is_spreadsheet_id(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(['/', ' '])
}

/// Whether groups can be of this size.
pub fn is_group_size(size: GroupSize) -> bool {
    1 <= size.min && size.min <= size.target && size.target <= size.max
}

/// Maximum share of the personality weight, in percent of all weights together.
const MOST_PERSONALITY: u64 = 15;

/// A weight of personality that says more than personality can.
fn too_much_personality(text: &str, config: &Config) -> Option<Mistake> {
    let weights = config.weights.iter().map(|(_, weight)| weight);
    let all = weights.chain(config.criteria.iter().map(|criterion| criterion.weight));
    let all: u64 = all.map(u64::from).sum();
    let own = u64::from(config.weights.of(TermKind::Personality));
    if own * 100 <= MOST_PERSONALITY * all {
        return None;
    }
    let place = |file: &toml::de::DeTable<'_>| {
        let weights = file.get("matching")?.get_ref().get("weights")?;
        Some(weights.get_ref().get("personality")?.span())
    };
    let span =
        toml::de::DeTable::parse(text).ok().and_then(|file| place(file.get_ref())).unwrap_or(0..0);
    let most = MOST_PERSONALITY * (all - own) / (100 - MOST_PERSONALITY);
    Some(Mistake { span, kind: MistakeKind::Personality { share: MOST_PERSONALITY, most } })
}

/// Every criterion held against the questions of the forms, those beside the file first.
fn check_criteria(
    folder: &Path,
    tables: Vec<CriterionTable>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Criterion> {
    if tables.is_empty() {
        return Vec::new();
    }
    // A form that cannot be read is a mistake of its own, which is shown when the forms are made
    // ready.
    let Ok(forms) = Forms::load(|name| std::fs::read_to_string(folder.join(name)).ok()) else {
        return Vec::new();
    };
    let questions = questions(&forms);
    let mut criteria = Vec::new();
    for table in tables {
        let other = table.other.as_ref().unwrap_or(&table.field);
        let criterion = Criterion {
            field: table.field.get_ref().into(),
            with: table.with,
            other: other.get_ref().into(),
            measure: *table.measure.get_ref(),
            weight: table.weight,
            order: Vec::new(),
        };
        let mistake = match criterion.fitted(&questions) {
            Ok(criterion) => {
                criteria.push(criterion);
                continue;
            }
            Err(CriterionMismatch::Field) => MistakeKind::CriterionField {
                form: "mentee_registration",
                field: table.field.get_ref().clone(),
                known: questions.mentee.keys().cloned().collect(),
            }
            .at(&table.field),
            Err(CriterionMismatch::Other) => MistakeKind::CriterionOther {
                form: match table.with {
                    With::Mentor => "mentor_application",
                    With::Members => "mentee_registration",
                },
                other: other.get_ref().clone(),
            }
            .at(other),
            Err(CriterionMismatch::Measure(_)) => {
                MistakeKind::CriterionMeasure(*table.measure.get_ref()).at(&table.measure)
            }
            Err(CriterionMismatch::NotForMatching) => {
                MistakeKind::CriterionUnusable.at(&table.field)
            }
        };
        mistakes.push(mistake);
    }
    criteria
}

/// The questions that a criterion can be about.
fn questions(forms: &Forms) -> Questions {
    Questions {
        mentee: asked(forms, "mentee_registration"),
        mentor: asked(forms, "mentor_application"),
    }
}

/// What kind of answer each question of a form gives to matching.
fn asked(forms: &Forms, form: &str) -> BTreeMap<String, AnswerKind> {
    let questions =
        forms.get(form).map(|form| form.definition.questions.as_slice()).unwrap_or_default();
    let kind = |question: &crate::forms::definition::Question| match question.kind {
        _ if question.sensitivity == Sensitivity::Confidential => AnswerKind::Unusable,
        Kind::Choice => AnswerKind::One(
            question.choices.iter().map(|choice| choice.code.as_str().into()).collect(),
        ),
        Kind::MultiChoice => AnswerKind::Any,
        Kind::Scale | Kind::Integer => AnswerKind::Whole,
        Kind::Date => AnswerKind::Day,
        Kind::Text if question.key == "class_name" || question.key == "institution" => {
            AnswerKind::Text
        }
        _ => AnswerKind::Unusable,
    };
    questions.iter().map(|question| (question.key.clone(), kind(question))).collect()
}

/// The codes of `document_kind` in the form of documents.
pub const DOCUMENT_KINDS: [&str; 8] =
    ["procedure", "module", "decision", "minutes", "photos", "design", "report", "contacts"];

/// Boards call a procedure an SOP; the form's code is `procedure`.
fn document_kind(kind: String) -> String {
    if kind == "sop" { "procedure".to_owned() } else { kind }
}

fn check_day(day: &Spanned<String>, mistakes: &mut Vec<Mistake>) -> Option<NaiveDate> {
    let parsed = day.get_ref().parse().ok();
    if parsed.is_none() {
        mistakes.push(MistakeKind::Day(day.get_ref().clone()).at(day));
    }
    parsed
}

fn check_seasons(
    tables: Vec<Spanned<SeasonTable>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Vec<Season>> {
    let mut seasons: Vec<(Range<usize>, Season)> = Vec::new();
    let mut whole = true;
    for table in tables {
        let table = table.into_inner();
        let days = check_day(&table.start, mistakes).zip(check_day(&table.end, mistakes));
        let Some((start, end)) = days else {
            whole = false;
            continue;
        };
        if start.weekday() != Weekday::Mon {
            mistakes.push(MistakeKind::SeasonStart.at(&table.start));
        }
        if end < start {
            mistakes.push(MistakeKind::SeasonEnd.at(&table.end));
        }
        if seasons.iter().any(|(_, season)| season.code == *table.code.get_ref()) {
            mistakes.push(MistakeKind::SeasonCode.at(&table.code));
        }
        let span = table.start.span();
        let code = table.code.into_inner();
        seasons.push((
            span,
            Season { code, name: table.name, start, end, cash_opening: table.cash_opening },
        ));
    }
    seasons.sort_by_key(|(_, season)| season.start);
    for pair in seasons.windows(2) {
        if pair[1].1.start <= pair[0].1.end {
            let kind = MistakeKind::SeasonOverlap(pair[0].1.code.clone());
            mistakes.push(Mistake { span: pair[1].0.clone(), kind });
        }
    }
    if seasons.is_empty() && whole {
        mistakes.push(Mistake { span: 0..0, kind: MistakeKind::NoSeason });
    }
    whole.then(|| seasons.into_iter().map(|(_, season)| season).collect())
}

fn check_calendar(
    tables: Vec<Spanned<CalendarTable>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Vec<CalendarEntry>> {
    let mut entries = Vec::new();
    let mut whole = true;
    for table in tables {
        let table = table.into_inner();
        match check_day(&table.from, mistakes).zip(check_day(&table.to, mistakes)) {
            Some((from, to)) => {
                if to < from {
                    mistakes.push(MistakeKind::CalendarEnd.at(&table.to));
                }
                entries.push(CalendarEntry { from, to });
            }
            None => whole = false,
        }
    }
    whole.then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(Path::new("config/halaqah.toml"), text)
    }

    #[test]
    fn the_example_can_be_used_as_it_is() {
        let config = parse(EXAMPLE).unwrap();
        assert_eq!(config.spreadsheet_id, EXAMPLE_SPREADSHEET_ID);
        assert_eq!(config.data_dir, Path::new("config/data"));
        assert_eq!(config.seasons[0].code, "2026-ganjil");
        assert_eq!(config.forms["meeting_report"], TabName::Title("Form Responses 6".to_owned()));
    }

    #[test]
    fn what_the_parser_does_not_take_is_a_mistake_at_its_word() {
        let text = EXAMPLE.replace("name = \"Rohis SMAN 1\"", "nama = \"Rohis SMAN 1\"");
        assert_eq!(
            parse(&text).unwrap_err().to_string(),
            "config/halaqah.toml:9: unknown field `nama`, expected `name` or `code`"
        );
        let text = EXAMPLE.replace("cash_opening = 500000", "cash_opening = \"banyak\"");
        assert_eq!(
            parse(&text).unwrap_err().to_string(),
            "config/halaqah.toml:52: invalid type: string \"banyak\", expected i64"
        );
    }

    #[test]
    fn a_deadline_is_some_seconds_from_now() {
        let with = |text: &str| {
            parse(&EXAMPLE.replace("[matching]", &format!("[matching]\ndeadline_s = {text}")))
        };
        assert_eq!(with("2.5").unwrap().matching_deadline, Some(Duration::from_millis(2500)));
        assert_eq!(parse(EXAMPLE).unwrap().matching_deadline, None);
        for wrong in ["0.0", "-1.0"] {
            assert!(
                with(wrong).unwrap_err().to_string().contains("deadline out of range"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn personality_is_a_small_part_of_what_matters() {
        let with = |weights: &str| parse(&format!("{EXAMPLE}\n[matching.weights]\n{weights}\n"));
        assert_eq!(with("personality = 15").unwrap().weights.of(TermKind::Personality), 15);
        let criterion =
            "[[matching.criteria]]\nfield = \"interests\"\nmeasure = \"overlap\"\nweight = 6";
        assert_eq!(
            with(&format!("personality = 16\n{criterion}"))
                .unwrap()
                .weights
                .of(TermKind::Personality),
            16
        );
        assert_eq!(
            with("personality = 16").unwrap_err().to_string(),
            "config/halaqah.toml:120: personality weight above 15 % of all weights"
        );
    }

    #[test]
    fn a_criterion_on_any_question_needs_no_code() {
        let criterion = "\n[[matching.criteria]]\nfield = \"conversation_style\"\nmeasure = \"equality\"\nweight = 5\n";
        let config = parse(&format!("{EXAMPLE}{criterion}")).unwrap();
        assert_eq!((config.criteria.len(), config.criteria[0].weight), (1, 5));
    }

    #[test]
    fn a_criterion_that_fits_no_question_is_a_mistake() {
        let criteria = [
            ("colour", "equality"),
            ("interests", "distance"),
            ("expectations", "overlap"),
            ("phone", "equality"),
        ];
        let tables = criteria.map(|(field, measure)| {
            format!("\n[[matching.criteria]]\nfield = \"{field}\"\nmeasure = \"{measure}\"\nweight = 5\n")
        });
        let error = parse(&format!("{EXAMPLE}{}", tables.concat())).unwrap_err().to_string();
        insta::assert_snapshot!(error.replace(", config", "
config"), @r#"
        config/halaqah.toml:120: no question "colour" in the form mentee_registration
        config/halaqah.toml:126: measure that does not fit the question's answers
        config/halaqah.toml:130: no question "expectations" in the form mentor_application
        config/halaqah.toml:135: question whose answers are not used for matching
        "#);
    }

    #[test]
    fn all_wrong_meanings_are_found_at_once() {
        let text = EXAMPLE
            .replace("Asia/Jakarta\" ", "Asia/Jakart\" ")
            .replace("2026-07-13", "2026-07-14")
            .replace("[forms.meeting_report]", "[forms.meting_report]");
        let ConfigError::Mistakes(mistakes) = parse(&text).unwrap_err() else { panic!() };
        let words: Vec<&str> =
            mistakes.list.iter().map(|mistake| &text[mistake.span.clone()]).collect();
        assert_eq!(words, ["\"Asia/Jakart\"", "meting_report", "\"2026-07-14\""]);
    }
}
