//! The commands and their flags, and the one table of exit codes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::{Parser, Subcommand, ValueEnum};

use crate::cycle::CycleError;
use crate::edge::google::GoogleError;
use crate::edge::log::{LogError, seal_kind};
use crate::edge::seal::SealError;
use crate::ledger::line::LineHash;
use crate::ledger::point::{AsOf, Point};
use crate::sandbox::FAULTS_HELP;

pub(crate) mod usage;

pub use self::usage::{named_configuration, usage_message};

/// The configuration, unless another one is named.
pub const CONFIGURATION: &str = "config/halaqah.toml";

/// Runs a mentoring program from the spreadsheet its people already have.
#[derive(Debug, Parser)]
#[command(name = "halaqah", version, about, max_term_width = 100)]
pub struct Arguments {
    /// The program's configuration.
    #[arg(long, global = true, value_name = "FILE", default_value = CONFIGURATION)]
    pub config: PathBuf,
    /// Takes this moment for now (RFC 3339, such as 2026-11-24T07:36:00+07:00).
    #[arg(long, global = true, value_name = "RFC3339", value_parser = moment)]
    pub now: Option<DateTime<FixedOffset>>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Shows a filled program in the browser: a sandbox, an invented season and the daemon. Needs
    /// no account.
    Demo {
        /// Where the pages are served.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8460")]
        listen: SocketAddr,
    },
    /// Keeps the schedule: a cycle whenever one is due, until it is told to stop.
    Run,
    /// One cycle: reads the forms, records what happened, writes the summary tabs.
    Sync {
        /// Lets through a reading in which many rows are gone at once.
        #[arg(long)]
        accept_retractions: bool,
    },
    /// Prints what `sync` would record and write, and changes nothing.
    Plan {
        /// Lets through a reading in which many rows are gone at once.
        #[arg(long)]
        accept_retractions: bool,
        /// Shows instead what the tabs would have said then (a day's end or a moment), against what
        /// is there now.
        #[arg(long, value_name = "MOMENT", conflicts_with = "accept_retractions")]
        as_of: Option<AsOf>,
    },
    /// The local stand-in for Google Sheets alone.
    #[command(after_long_help = FAULTS_HELP)]
    Sandbox {
        /// Where it listens; loopback only.
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8460")]
        listen: SocketAddr,
        /// Where the spreadsheets are kept; without it they are gone when it stops.
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
        /// Faults that the first calls meet: a JSON array, described below (by --help).
        #[arg(long, value_name = "FILE")]
        faults: Option<PathBuf>,
    },
    /// Checks configuration, key, sharing, tabs, questions, clock, disk and ledger: each ok, or
    /// what to do.
    Doctor,
    /// The figures.
    Stats {
        /// As JSON, by the paths of the definitions; otherwise one line a figure.
        #[arg(long)]
        json: bool,
        /// The day on which they are taken.
        #[arg(long, value_name = "DATE", value_parser = day)]
        as_of: Option<NaiveDate>,
        /// The season; otherwise the one that holds the day.
        #[arg(long, value_name = "CODE")]
        season: Option<String>,
    },
    /// The ledger lines behind a figure: every row that is counted, and of a ratio those it is set
    /// against.
    Why {
        /// The figure's path, as `stats --json` and the notes in the tab Ringkasan have it:
        /// `meetings.attendance_rate`.
        path: String,
        /// The day on which it is taken.
        #[arg(long, value_name = "DATE", value_parser = day)]
        as_of: Option<NaiveDate>,
        /// The season; otherwise the one that holds the day.
        #[arg(long, value_name = "CODE")]
        season: Option<String>,
    },
    /// Who fits whom, in the terminal.
    #[command(after_long_help = WHAT_IF_HELP)]
    Match {
        /// Everything about one mentee's suggestion.
        #[arg(long, value_name = "CODE")]
        explain: Option<String>,
        /// Proposes groups for everybody anew, members too. Records nothing.
        #[arg(long, conflicts_with_all = ["explain", "what_if"])]
        regroup: bool,
        /// Shows what would move with the changes in this file (TOML, described below by --help).
        /// Records nothing.
        #[arg(long, value_name = "FILE", conflicts_with = "explain")]
        what_if: Option<PathBuf>,
        /// As the ledger stood at the end of a day, or at a moment, with the configuration that it
        /// had recorded.
        #[arg(long, value_name = "MOMENT", conflicts_with = "instance")]
        as_of: Option<AsOf>,
        /// Answers the matching problem in this folder instead of the program's own; needs no
        /// configuration.
        #[arg(long, value_name = "DIR", requires = "json", conflicts_with_all = ["explain", "regroup", "what_if"])]
        #[arg(group = "printable")]
        instance: Option<PathBuf>,
        /// Sets the season's placements so far beside what would have been suggested on the same
        /// days. Records nothing.
        #[arg(long, group = "printable", conflicts_with_all = ["explain", "regroup", "what_if"])]
        compare: bool,
        /// The season that is compared; otherwise the one that holds the day.
        #[arg(long, value_name = "CODE", requires = "compare")]
        season: Option<String>,
        /// Sets what was predicted of the groups beside what became of them: feedback and
        /// attendance until week 8, survival.
        #[arg(long, group = "printable", conflicts_with_all = ["explain", "regroup", "what_if"])]
        evaluate: bool,
        /// Prints the answer as JSON: with --instance, --compare, --evaluate.
        #[arg(long, requires = "printable")]
        json: bool,
        /// Stops after so many seconds with the best so far; otherwise after an amount of work that
        /// is the same everywhere.
        #[arg(long, value_name = "SECONDS", requires = "instance", value_parser = seconds)]
        deadline: Option<Duration>,
    },
    /// The forms that people fill in.
    Forms {
        /// What to do with them.
        #[command(subcommand)]
        command: FormsCommand,
    },
    /// The year's report for the next board: a spreadsheet file and a page to print.
    Handover {
        /// The folder that the two files are written to; it is made if it is not there.
        #[arg(long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
        /// The day on which the figures are taken.
        #[arg(long, value_name = "DATE", value_parser = day)]
        as_of: Option<NaiveDate>,
    },
    /// The board's seasons: opens one, closes one, lists them.
    Season {
        /// What to do.
        #[command(subcommand)]
        command: SeasonCommand,
    },
    /// The ledger.
    Ledger {
        /// What to do with it.
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// One mentee or mentor: everything that is held about the person, and its erasure.
    Person {
        /// What to do.
        #[command(subcommand)]
        command: PersonCommand,
    },
    /// The keys of private answers, and their backup.
    Keys {
        /// What to do with them.
        #[command(subcommand)]
        command: KeysCommand,
    },
}

/// What can be done with the forms.
#[derive(Debug, Subcommand)]
pub enum FormsCommand {
    /// Prints the Apps Script that creates the Google Forms and lets them answer into the
    /// spreadsheet.
    Script {
        /// The forms by key; otherwise those that the configuration gives a tab.
        #[arg(value_name = "FORM")]
        forms: Vec<String>,
    },
}

/// What can be done with seasons. Which there are, and their days, stands in the configuration.
#[derive(Debug, Subcommand)]
pub enum SeasonCommand {
    /// Records that a season is open from today on.
    Open {
        /// The season's code.
        code: String,
        /// Even though another one is open.
        #[arg(long)]
        anyway: bool,
    },
    /// Lists what is still open, records that a season is closed, and says what comes next.
    Close {
        /// The season's code.
        code: String,
    },
    /// Shows every season with its days and whether it is open.
    List,
}

/// What can be done with the ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Checks every line and the whole chain; prints the head.
    Verify {
        /// A fingerprint that somebody kept, such as from the tab Status: says which event it is,
        /// or that it is not there.
        #[arg(long, value_name = "HASH")]
        against: Option<LineHash>,
    },
    /// Moves what cannot be chained any more aside, from the first bad line on, so that the rest
    /// opens again. Deletes nothing.
    Repair,
    /// Which figures changed between two points (an event's number, a day's end or a moment), and
    /// by which events.
    Diff {
        /// The one point.
        #[arg(value_name = "A")]
        from: Point,
        /// The other point.
        #[arg(value_name = "B")]
        to: Point,
        /// Lists the events, not only how many there are of each kind.
        #[arg(long)]
        lines: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints lines, oldest first.
    Show {
        /// Only events of this type, such as `meeting_report.submitted`, or of this form.
        #[arg(long, value_name = "TYPE")]
        kind: Option<String>,
        /// Only the last so many.
        #[arg(long, value_name = "N")]
        last: Option<usize>,
        /// Only what was recorded by the end of a day, or by a moment.
        #[arg(long, value_name = "MOMENT")]
        as_of: Option<AsOf>,
    },
    /// Prints all events for another program. It holds personal data of minors: keep it as you keep
    /// the ledger.
    Export {
        /// json: everything, exactly; csv: one line for each value, for a spreadsheet.
        #[arg(long, value_enum, default_value = "json")]
        format: ExportFormat,
        /// Only events of this type, such as `meeting_report.submitted`, or of this form.
        #[arg(long, value_name = "TYPE")]
        kind: Option<String>,
    },
}

/// What `ledger export` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A JSON array of events.
    Json,
    /// Comma-separated values, with a line of titles.
    Csv,
}

/// What can be done with what is held about one person.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Prints everything that is held about a person, for the person.
    Export {
        /// The person's code, such as A12 or M7.
        code: String,
        /// As JSON, with every line of the ledger.
        #[arg(long)]
        json: bool,
    },
    /// Lists who and what is kept longer than [retention] in the configuration says.
    Retention {
        /// Erases it, if the configuration has [retention]. Nothing brings it back.
        #[arg(long)]
        apply: bool,
    },
    /// Destroys the keys of a person's answers. Figures keep their counts; codes and numbers stay
    /// without a name.
    Erase {
        /// The person's code, such as A12 or M7.
        code: String,
        /// Does it; without this it only says what would be erased. Nothing brings it back.
        #[arg(long)]
        yes: bool,
    },
}

/// What can be done with the keys. The passphrase of a backup is asked for, or stands in
/// HALAQAH_PASSPHRASE.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Says where the program key is and how much it opens.
    Status,
    /// Writes the program key and all keys into a new file that a passphrase opens: it is asked
    /// for, or stands in HALAQAH_PASSPHRASE.
    Backup {
        /// The file; it must not be there yet.
        file: PathBuf,
    },
    /// Opens the whole ledger with a backup and its passphrase (see `keys backup`) alone, and says
    /// whether it can.
    Check {
        /// The backup.
        file: PathBuf,
    },
    /// Puts what is missing of the keys back from a backup, with its passphrase (see `keys
    /// backup`); overwrites nothing.
    Restore {
        /// The backup.
        file: PathBuf,
    },
}

/// Why a command ended without doing what it was asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The user can mend it.
    Mend(String),
    /// It may work later.
    Later(String),
    /// The ledger is damaged.
    Damaged(String),
}

impl Failure {
    /// What happened and what to do.
    pub fn message(&self) -> &str {
        match self {
            Self::Mend(message) | Self::Later(message) | Self::Damaged(message) => message,
        }
    }

    /// The table of exit codes: 0 done, 1 the user can mend it, 2 usage (clap's own), 3 try again
    /// later, 4 ledger damaged.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Mend(_) => 1,
            Self::Later(_) => 3,
            Self::Damaged(_) => 4,
        })
    }
}

/// Which failure an error comes to; the message is what people read of it.
impl Failure {
    /// Google's: what passes by itself is for later.
    pub fn google(error: &GoogleError, message: String) -> Self {
        if error.is_retryable() { Self::Later(message) } else { Self::Mend(message) }
    }

    /// The ledger's.
    pub fn ledger(error: &LogError, message: String) -> Self {
        Self::of_code(error.kind().exit_code(), message)
    }

    /// The keys'.
    pub fn seal(error: &SealError, message: String) -> Self {
        Self::of_code(seal_kind(error).exit_code(), message)
    }

    fn of_code(code: u8, message: String) -> Self {
        match code {
            4 => Self::Damaged(message),
            3 => Self::Later(message),
            _ => Self::Mend(message),
        }
    }

    /// A cycle's. A ledger that the tabs were not written from counts as damaged.
    pub fn cycle(error: &CycleError, message: String) -> Self {
        match error {
            CycleError::Google(error) => Self::google(error, message),
            CycleError::Log(error) => Self::ledger(error, message),
            CycleError::Behind { .. } => Self::Damaged(message),
            CycleError::NoSeason(_)
            | CycleError::Illegal(_)
            | CycleError::Data(_)
            | CycleError::Newer => Self::Mend(message),
        }
    }
}

/// What a file of `match --what-if` may hold.
pub const WHAT_IF_HELP: &str = concat!("A file for --what-if:\n\n", include_str!("what_if.txt"));

/// A value on the command line that its parser does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedValue {
    /// Other than a day.
    #[error("malformed day")]
    Day,
    /// Other than a moment.
    #[error("malformed moment")]
    Moment,
    /// Other than a number of seconds.
    #[error("malformed number of seconds")]
    Seconds,
}

/// A day, such as 2026-11-24.
fn day(text: &str) -> Result<NaiveDate, MalformedValue> {
    text.parse().map_err(|_| MalformedValue::Day)
}

/// A moment, such as 2026-11-24T07:36:00+07:00.
fn moment(text: &str) -> Result<DateTime<FixedOffset>, MalformedValue> {
    DateTime::parse_from_rfc3339(text).map_err(|_| MalformedValue::Moment)
}

/// A length of time in seconds, such as 5 or 0.5.
fn seconds(text: &str) -> Result<Duration, MalformedValue> {
    let number: f64 = text.parse().map_err(|_| MalformedValue::Seconds)?;
    Duration::try_from_secs_f64(number).map_err(|_| MalformedValue::Seconds)
}
