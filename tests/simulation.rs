//! The whole program in one process, from a seed: people who work in the spreadsheet, cycles with
//! the ledger on a simulated disk, faults at every edge, and a clock that jumps. Whatever happened,
//! everything that a cycle recorded or published stays true, and the next undisturbed cycle makes
//! all well.
//!
//! `HALAQAH_SEEDS=20000 cargo test --test simulation` runs more seeds; a failing seed runs again
//! alone with `HALAQAH_SEED=<seed> cargo test --test simulation -- --nocapture`.
#![allow(clippy::unwrap_used, reason = "a test that meets what it does not expect fails")]

#[path = "support/medium.rs"]
mod medium;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use halaqah::cycle::{CycleError, Options, cycle};
use halaqah::edge::google::{Google, GoogleSettings};
use halaqah::edge::log::{Log, LogErrorKind};
use halaqah::edge::seal::Seals;
use halaqah::ledger::event::Event;
use halaqah::memory::Memory;
use halaqah::sandbox::Fault as GoogleFault;
use halaqah::sandbox::book::{Area, Dimension, Sheet};
use halaqah::setting::Setting;
use medium::{Dice, FAULTS, Medium, quick_dir};
use serde_json::{Value, json};
use support::season::{FORMS, registration_row};
use support::{NOW, Program, START, sheet_id_of};

const SEEDS: u64 = 60;
const WORKERS: u64 = 2;
const PROGRAM: &str = "sman1";
/// Columns of the tab of suggestions: the row's key, and what people write.
const KEY: usize = 0;
const VERDICT: usize = 2;
const OTHER: usize = 3;

/// What stays the same over many runs.
struct Stage {
    program: Program,
    setting: Setting,
    google: Google,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn new() -> Self {
        let program = Program::new();
        let setting = Setting::load(&program.config_path()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let settings = GoogleSettings {
            first_delay: Duration::ZERO,
            ..GoogleSettings::local(program.address())
        };
        let google = runtime.block_on(Google::connect(settings)).unwrap();
        Self { program, setting, google, runtime }
    }

    fn run(&mut self, seed: u64) -> Result<(), String> {
        let copied =
            self.program.sandbox.edit_book(|book| book.copy(&self.program.id, None).ok_or(()));
        self.setting.config.spreadsheet_id = copied.unwrap();
        self.program.clear_faults();
        let place = quick_dir();
        let dir = place.path().join("ledger");
        let mut run = Run {
            stage: self,
            medium: Medium::new(&dir),
            dir: &dir,
            dice: Dice::new(seed),
            now: DateTime::parse_from_rfc3339(NOW)
                .unwrap()
                .with_timezone(&chrono_tz::Asia::Jakarta),
            open: None,
            newcomers: 0,
            went_well: false,
            recorded: BTreeSet::new(),
            typed: BTreeMap::new(),
        };
        let told = run.whole();
        let id = &self.setting.config.spreadsheet_id;
        self.program
            .sandbox
            .edit_book(|book| if book.remove(id) { Ok(()) } else { Err(()) })
            .unwrap();
        told
    }
}

struct Run<'s> {
    stage: &'s Stage,
    medium: Medium,
    dir: &'s Path,
    dice: Dice,
    now: DateTime<Tz>,
    open: Option<(Memory, Log)>,
    newcomers: usize,
    went_well: bool,
    /// Names that stood in a form tab at a cycle that went well.
    recorded: BTreeSet<String>,
    /// What people typed into the tab of suggestions, by the row's key.
    typed: BTreeMap<String, String>,
}

impl Run<'_> {
    fn whole(&mut self) -> Result<(), String> {
        for step in 0..5 {
            for _ in 0..self.dice.below(3) {
                self.people();
            }
            self.trouble();
            self.turn().map_err(|what| format!("step {step}: {what}"))?;
        }
        self.stage.program.clear_faults();
        // The first undisturbed cycle may still take in what people decided in what it then writes
        // anew.
        for _ in 0..3 {
            self.medium.starts(None);
            self.turn()?;
        }
        self.stands()
    }

    fn id(&self) -> &str {
        &self.stage.setting.config.spreadsheet_id
    }

    fn edit(&self, sheet_id: i64, edit: impl FnOnce(&mut Sheet)) {
        let edited = self
            .stage
            .program
            .sandbox
            .edit_book(|book| book.sheet_mut(self.id(), sheet_id).map(edit));
        edited.unwrap();
    }

    fn sheet<T>(
        &self,
        title: &str,
        look: impl FnOnce(&Sheet, &dyn Fn(usize, usize) -> String) -> T,
    ) -> Option<T> {
        self.stage.program.sandbox.with_book(|book| {
            let spreadsheet = book.spreadsheet(self.id())?;
            let sheet = spreadsheet.sheet_titled(title)?;
            Some(look(sheet, &|row, column| spreadsheet.shown(sheet, row, column)))
        })
    }

    /// Everything in the form tabs, as it is shown.
    fn form_tabs(&self) -> Vec<Vec<String>> {
        self.stage.program.sandbox.with_book(|book| {
            let spreadsheet = book.spreadsheet(self.id()).unwrap();
            let tab = |form: &&str| {
                let sheet = spreadsheet.sheet(sheet_id_of(form)).unwrap();
                let rows = 0..sheet.filled_rows();
                rows.flat_map(|row| {
                    (0..sheet.row(row).len())
                        .map(move |column| spreadsheet.shown(sheet, row, column))
                })
                .collect()
            };
            FORMS.iter().map(tab).collect()
        })
    }

    /// Somebody does something in the spreadsheet.
    fn people(&mut self) {
        let registrations = sheet_id_of("mentee_registration");
        let title = format!("Form Responses {}", self.dice.below(90) + 10);
        let filled = self.stage.program.sandbox.with_book(|book| {
            book.spreadsheet(self.id()).unwrap().sheet(registrations).unwrap().filled_rows()
        });
        let row = 1 + self.dice.below(filled - 1);
        match self.dice.below(9) {
            0 | 1 => {
                self.newcomers += 1;
                let name: &'static str =
                    Box::leak(format!("Pendatang Nomor {}", self.newcomers).into_boxed_str());
                let mut cells = registration_row(START, 60, 20 + self.newcomers, name).into_iter();
                // A form keeps to its columns where others were put between them.
                let mut titles: Vec<bool> =
                    (0..60).map(|column| !self.cell(registrations, 0, column).is_empty()).collect();
                titles
                    .truncate(titles.iter().rposition(|titled| *titled).map_or(0, |last| last + 1));
                let cells = titles
                    .into_iter()
                    .map(|titled| if titled { cells.next() } else { None }.unwrap_or_default());
                let cells = cells.collect();
                self.stage
                    .program
                    .sandbox
                    .edit_book(|book| book.append_row(self.id(), registrations, cells))
                    .unwrap();
            }
            2 => {
                let class = format!("X-{}", 1 + self.dice.below(9));
                let found = (0..60).find(|column| {
                    self.cell(registrations, 0, *column).to_lowercase().contains("kelas")
                });
                if let Some(column) = found {
                    let typed = self.stage.program.sandbox.edit_book(|book| {
                        book.set_cell(self.id(), registrations, row, column, &class)
                    });
                    typed.unwrap();
                }
            }
            3 => {
                let mut order: Vec<usize> = (0..filled - 1).collect();
                for at in (1..order.len()).rev() {
                    order.swap(at, self.dice.below(at + 1));
                }
                self.edit(registrations, |sheet| {
                    let area =
                        Area { top: 1, bottom: filled, left: 0, right: sheet.column_count() };
                    sheet.permute_rows(area, &order);
                });
            }
            4 if filled > 4 => {
                self.edit(registrations, |sheet| sheet.delete(Dimension::Rows, row, 1))
            }
            5 => self.edit(registrations, |sheet| {
                let cells = sheet.row(row).to_vec();
                sheet.grow(filled + 1, cells.len());
                cells
                    .into_iter()
                    .enumerate()
                    .for_each(|(column, cell)| sheet.put(filled, column, cell));
            }),
            6 => {
                let at = 1 + self.dice.below(5);
                self.edit(registrations, |sheet| sheet.insert(Dimension::Columns, at, 1, None));
            }
            // A tab that no cycle has found yet is found by its title.
            7 if self.went_well => self.edit(registrations, |sheet| sheet.title = title),
            _ if self.dice.once_in(3) => {
                let gone =
                    ["Ringkasan", "Kelompok", "Status", "Perlu Tindakan"][self.dice.below(4)];
                let delete = |book: &mut halaqah::sandbox::Book| {
                    let spreadsheet = book.spreadsheet_mut(self.id()).ok_or(())?;
                    spreadsheet.sheets.retain(|sheet| sheet.title != gone);
                    Ok::<_, ()>(())
                };
                self.stage.program.sandbox.edit_book(delete).unwrap();
            }
            _ => self.decides(),
        }
    }

    fn cell(&self, sheet_id: i64, row: usize, column: usize) -> String {
        self.stage.program.sandbox.with_book(|book| {
            let spreadsheet = book.spreadsheet(self.id()).unwrap();
            spreadsheet.shown(spreadsheet.sheet(sheet_id).unwrap(), row, column)
        })
    }

    /// The coordinator writes into the tab of suggestions: a verdict, or a word of their own.
    fn decides(&mut self) {
        let rows = self.sheet("Usulan Kelompok", |sheet, shown| {
            let rows = (0..sheet.filled_rows())
                .map(|row| (sheet.id, row, shown(row, KEY), shown(row, OTHER)));
            rows.filter(|(_, _, key, _)| key.starts_with('A') && key[1..].parse::<u32>().is_ok())
                .collect::<Vec<_>>()
        });
        let rows = rows.unwrap_or_default();
        if rows.is_empty() {
            return;
        }
        let (sheet_id, row, key, other) = rows[self.dice.below(rows.len())].clone();
        let verdict = ["Setuju", "Tolak", ""][self.dice.below(3)];
        let (column, text) = if verdict.is_empty() && other.is_empty() {
            (OTHER, format!("pikir-pikir {}", self.dice.below(1000)))
        } else {
            (VERDICT, verdict.to_owned())
        };
        if column == OTHER {
            self.typed.insert(key, text.clone());
        }
        let typed = self
            .stage
            .program
            .sandbox
            .edit_book(|book| book.set_cell(self.id(), sheet_id, row, column, &text));
        typed.unwrap();
    }

    /// What the next cycle meets: nothing, Google's trouble, the disk's, and a clock that was set.
    fn trouble(&mut self) {
        let minutes = [5, 5, 60, 24 * 60, -30, -26 * 60][self.dice.below(6)];
        self.now += TimeDelta::minutes(minutes);
        if self.dice.once_in(2) {
            let on = ["read", "write"][self.dice.below(2)];
            let count = [1, 2, 9][self.dice.below(3)];
            let fault = match self.dice.below(5) {
                0 => json!({"on": on, "status": 429, "count": count}),
                1 => json!({"on": on, "status": 503, "count": count}),
                2 => json!({"on": "write", "status": 503, "after": true, "count": count}),
                3 => json!({"on": on, "cut_body": true, "count": count}),
                _ => json!({"on": on, "html": true, "count": count}),
            };
            self.stage
                .program
                .sandbox
                .add_fault(serde_json::from_value::<GoogleFault>(fault).unwrap());
        }
        let fault = (self.dice.below(8), FAULTS[self.dice.below(FAULTS.len())]);
        let disturbed = self.dice.once_in(2);
        self.medium.starts(disturbed.then_some(fault));
    }

    /// One turn of the daemon: the ledger opened if it is not, a cycle, one more if people or a
    /// lost answer came between.
    fn turn(&mut self) -> Result<(), String> {
        let forms = self.form_tabs();
        let result = self.cycles();
        if self.form_tabs() != forms {
            return Err("a form tab was written to".to_owned());
        }
        match result {
            Ok(()) => self.note_recorded(),
            Err(CycleError::Google(_)) if !self.medium.is_dead() && !self.dice.once_in(3) => {}
            Err(CycleError::Google(_)) => self.stop(),
            Err(CycleError::Log(error))
                if matches!(error.kind(), LogErrorKind::Io | LogErrorKind::NoSpace) =>
            {
                self.stop();
            }
            Err(error) => return Err(error.to_string()),
        }
        Ok(())
    }

    fn cycles(&mut self) -> Result<(), CycleError> {
        let stage = self.stage;
        if self.open.is_none() {
            let (memory, log, _) =
                Memory::open_on(Box::new(self.medium.clone()), self.dir, PROGRAM)?;
            self.open = Some((memory, log));
        }
        let Some((memory, log)) = &mut self.open else { return Ok(()) };
        let options = Options { accept_retractions: true };
        let mut once = || {
            stage.runtime.block_on(cycle(
                &stage.setting,
                &stage.google,
                memory,
                Some(log),
                self.now,
                options,
            ))
        };
        let mut result = once();
        if matches!(&result, Err(CycleError::Google(error)) if error.is_overtaken()) {
            result = once();
        }
        result.map(drop)
    }

    /// The process ends, perhaps with the machine.
    fn stop(&mut self) {
        self.open = None;
        if self.dice.once_in(2) {
            self.medium.power_cut(&mut self.dice);
        }
        self.medium.starts(None);
    }

    fn note_recorded(&mut self) {
        self.went_well = true;
        let rows = self.form_tabs().concat();
        self.recorded.extend(rows.into_iter().filter(|cell| cell.starts_with("Pendatang Nomor")));
    }

    /// What must be true in the end.
    fn stands(&mut self) -> Result<(), String> {
        self.open = None;
        let (mut memory, _) = Memory::read(self.dir, PROGRAM).map_err(|error| error.to_string())?;
        let stage = self.stage;
        let options = Options { accept_retractions: true };
        let rehearsed = stage.runtime.block_on(cycle(
            &stage.setting,
            &stage.google,
            &mut memory,
            None,
            self.now,
            options,
        ));
        let report = rehearsed.map_err(|error| error.to_string())?;
        if !report.events.is_empty() || !report.plan.is_empty() {
            let (events, plan) = (&report.events, &report.plan);
            return Err(format!("not at rest: {events:?}\n{plan}"));
        }
        self.ledger_is_true()?;
        for (key, text) in &self.typed {
            let kept = self.sheet("Usulan Kelompok", |sheet, shown| {
                (0..sheet.filled_rows())
                    .find(|row| shown(*row, KEY) == *key)
                    .map(|row| shown(row, OTHER))
            });
            if let Some(Some(other)) = kept
                && other != *text
            {
                return Err(format!(
                    "what was typed beside {key} is gone: {text:?}, now {other:?}"
                ));
            }
        }
        Ok(())
    }

    /// What the ledger's lines say, with everything that is sealed in them.
    fn opened(&self) -> Result<String, Box<dyn std::error::Error>> {
        let (mut seals, mut text) = (Seals::of(self.dir, PROGRAM)?, String::new());
        Log::read(
            self.dir,
            Some(PROGRAM),
            |line| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
                let mut event = Event::read(line.kind, line.v, line.data.get())?;
                seals.open(None, &mut event)?;
                text.push_str(event.data()?.get());
                Ok(())
            },
        )?;
        seals.require_all_keys()?;
        Ok(text)
    }

    fn ledger_is_true(&self) -> Result<(), String> {
        let text = std::fs::read_to_string(self.dir.join("000001.jsonl"))
            .map_err(|error| error.to_string())?;
        let opened = self.opened().map_err(|error| error.to_string())?;
        if let Some(name) = self.recorded.iter().find(|name| !opened.contains(&format!("{name}\"")))
        {
            return Err(format!("{name} stood in a tab that was read and is not in the ledger"));
        }
        if let Some(name) = self.recorded.iter().find(|name| text.contains(name.as_str())) {
            return Err(format!("{name} stands in the ledger for everybody to read"));
        }
        let mut standing = BTreeSet::new();
        let mut issued = Value::Null;
        for line in text.lines().skip(1) {
            let event: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            let (kind, key) =
                (event["type"].as_str().unwrap_or(""), event["source"]["key"].to_string());
            let (form, what) = kind.split_once('.').unwrap_or((kind, ""));
            let fits = match what {
                "submitted" => standing.insert((form.to_owned(), key)),
                "retracted" => {
                    standing.remove(&(form.to_owned(), key));
                    true
                }
                _ => true,
            };
            if !fits {
                return Err(format!("recorded twice: {line}"));
            }
            if kind == "suggestions_issued" {
                if issued == event["data"]["suggestions"] {
                    return Err(format!("the same suggestions were issued twice: {line}"));
                }
                issued = event["data"]["suggestions"].clone();
            }
        }
        Ok(())
    }
}

#[test]
fn whatever_happens_the_ledger_and_the_tabs_are_true() {
    let number =
        |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seeds: Vec<u64> = match number("HALAQAH_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("HALAQAH_SEEDS").unwrap_or(SEEDS)).collect(),
    };
    let failed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let mine: Vec<u64> =
                    seeds.iter().copied().filter(|seed| seed % WORKERS == worker).collect();
                scope.spawn(move || {
                    let mut stage = Stage::new();
                    let told = mine.iter().filter_map(|seed| Some((seed, stage.run(*seed).err()?)));
                    told.map(|(seed, what)| {
                        format!("HALAQAH_SEED={seed} cargo test --test simulation\n  {what}")
                    })
                    .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(
        failed.is_empty(),
        "{} of {} seeds:\n{}",
        failed.len(),
        seeds.len(),
        failed[..failed.len().min(8)].join("\n")
    );
}
