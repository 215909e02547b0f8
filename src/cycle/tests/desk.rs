//! A coordinator's desk: form tabs in which rows are written, and cycles that turn them into our
//! tabs, in memory.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::TimeZone;

use super::super::workbook::views_by_sheet_id;
use super::super::*;
use crate::config::{Config, EXAMPLE, TabName};
use crate::table::tab::{Format, Style, Wanted, WantedRow};
use crate::table::{Cell, cell_at};
use crate::views::decisions::{MassDecision, Refused};
use crate::words::Language;

/// The columns of the tab of suggestions that the tests look at.
pub const KEY: usize = 0;
pub const MENTEE: usize = 1;
pub const VERDICT: usize = 2;
pub const OTHER: usize = 3;
pub const GROUP: usize = 4;

/// A program with its spreadsheet.
pub struct Desk {
    pub setting: Setting,
    pub memory: Memory,
    pub forms: BTreeMap<String, ReadTab>,
    pub ours: Vec<ReadTab>,
    pub wanted: Vec<Wanted>,
    pub today: NaiveDate,
}

/// What a cycle gave.
pub struct Turn {
    pub events: Vec<Event>,
    pub refused: Vec<Refused>,
    pub mass: Option<MassDecision>,
}

impl Desk {
    /// A program with empty form tabs.
    pub fn empty(language: Language) -> Self {
        let code = if language == Language::Id { "id" } else { "en" };
        let text = EXAMPLE.replace("language = \"id\"", &format!("language = \"{code}\"")).replace(
            "# group_size = { min = 5, target = 8, max = 10 }",
            "group_size = { min = 2, target = 4, max = 6 }",
        );
        let text = text + "\n[forms.memorization_record]\ntab = \"Form Responses 7\"\n";
        let setting =
            Setting::of(Config::parse(Path::new("config/halaqah.toml"), &text).unwrap()).unwrap();
        let today = "2026-08-28".parse().unwrap();
        let forms: Vec<String> = setting.config.forms.keys().cloned().collect();
        let (memory, tabs) = (Memory::default(), BTreeMap::new());
        let mut desk = Self { setting, memory, forms: tabs, ours: vec![], wanted: vec![], today };
        forms.iter().for_each(|form| desk.open_tab(form));
        desk
    }

    /// Turns a form on that the example leaves off.
    pub fn turn_on(&mut self, form: &str) {
        self.setting.config.forms.insert(form.to_owned(), TabName::Title(form.to_owned()));
        self.setting.program.procedures = crate::setting::procedures(&self.setting.config);
        self.open_tab(form);
    }

    /// Gives a form its tab, without rows.
    fn open_tab(&mut self, form: &str) {
        let questions = &self.setting.forms.get(form).unwrap().definition.questions;
        let titles =
            std::iter::once("Timestamp").chain(questions.iter().map(|q| q.question.id.as_str()));
        let (sheet_id, title) =
            (self.forms.len() as i64 + 1, self.setting.config.forms[form].to_string());
        let rows = vec![titles.map(Cell::from).collect()];
        let tab = ReadTab { sheet_id, title, row_count: 1000, column_count: 30, rows };
        self.forms.insert(form.to_owned(), tab);
    }

    /// A dozen people, a group that meets, some who wait, and what goes wrong in every program.
    pub fn small(language: Language) -> Self {
        let mut desk = Self::empty(language);
        desk.mentor("14/7/2026 08.00", "Hasan Basri", "L", "1/2/2004", "5");
        desk.mentor("14/7/2026 08.10", "Ibrahim Malik", "L", "5/5/2005", "8");
        desk.mentor("14/7/2026 08.20", "Khadijah Putri", "P", "9/9/2003", "8");
        desk.screened("20/7/2026", "Hasan Basri");
        desk.screened("20/7/2026", "Khadijah Putri");
        desk.mentee("14/7/2026 10.00", "Ahmad Fauzi", "L", "17/8/2010", "X-1");
        desk.mentee("14/7/2026 10.05", "Budi Santoso", "L", "3/1/2011", "X-1");
        desk.mentee("15/7/2026 07.30", "Candra Wijaya", "L", "21/11/2010", "X-2");
        desk.mentee("10/8/2026 12.00", "Dimas Pratama", "L", "2/12/2010", "X-1");
        desk.mentee("12/8/2026 12.00", "Fatimah Zahra", "P", "8/3/2011", "X-3");
        desk.mentee("12/8/2026 12.10", "Gita Lestari", "P", "30/6/2010", "X-3");
        desk.mentee("20/8/2026 06.45", "Joko Susilo", "L", "11/11/2010", "X-2");
        // Nobody can be found for her: no mentor is free when she is.
        desk.mentee("13/8/2026 06.45", "Nur Aini", "P", "1/10/2010", "X-2");
        desk.change("mentee_registration", 8, "slots", "Ahad pagi");
        for child in ["Ahmad Fauzi", "Budi Santoso", "Candra Wijaya"] {
            desk.consent("16/7/2026 19.00", child);
        }
        for child in ["Dimas Pratama", "Fatimah Zahra", "Gita Lestari", "Nur Aini"] {
            desk.consent("13/8/2026 19.00", child);
        }
        desk.add(
            "placement_decision",
            "27/7/2026 15.00",
            &[
                ("action", "Bentuk kelompok baru"),
                ("group", "Al Fatih"),
                ("mentor", "Hasan Basri"),
                ("members", "Ahmad Fauzi, Budi Santoso"),
                ("date", "27/7/2026"),
                ("weekly_slot", "Jumat sore"),
                ("approved_by", "Koordinator"),
            ],
        );
        desk.met("31/7/2026", "Al Fatih", "Ahmad, Budi");
        desk.met("7/8/2026", "Al Fatih", "Ahmad, Zainal");
        desk.met("7/8/2026", "Al Kahfi", "Ahmad");
        desk.recited("31/7/2026", "Ahmad Fauzi", "An-Nas");
        desk.recited("21/8/2026", "Ahmad Fauzi", "Al-Falaq");
        // What nobody may read on a shared tab.
        desk.add(
            "meeting_report",
            "15/8/2026 09.00",
            &[
                ("group", "Al Fatih"),
                ("date", "14/8/2026"),
                ("status", "Tidak jadi"),
                ("cancel_reason", "Libur"),
                ("needs", "RAHASIA SATU"),
                ("note", "RAHASIA DUA"),
            ],
        );
        // What cannot be read, and text that would be a formula.
        desk.mentee("21/8/2026 06.45", "Lukman", "L", "11/11/2010", "X-2");
        desk.change("mentee_registration", 9, "phone", "=IMPORTXML(\"x\")");
        desk.met("1/9/2026", "Al Fatih", "Ahmad");
        // As Google gives a day: 1 September 2026.
        desk.forms.get_mut("meeting_report").unwrap().rows.last_mut().unwrap()[2] =
            Cell::Number(46_266.0);
        let titles = &mut desk.forms.get_mut("mentee_registration").unwrap().rows;
        titles[0].push("Catatan panitia".into());
        desk
    }

    /// The same after one cycle.
    pub fn small_and_shown(language: Language) -> Self {
        let mut desk = Self::small(language);
        desk.turn();
        desk
    }

    /// Adds a row to a form's tab: answers by question.
    pub fn add(&mut self, form: &str, at: &str, answers: &[(&str, &str)]) {
        let questions = &self.setting.forms.get(form).unwrap().definition.questions;
        for (key, _) in answers {
            assert!(questions.iter().any(|question| question.key == *key), "{form} asks no {key}");
        }
        let answer =
            |key: &str| answers.iter().find(|answer| answer.0 == key).map_or("", |answer| answer.1);
        let row = std::iter::once(at).chain(questions.iter().map(|question| answer(&question.key)));
        let row = row.map(Cell::from).collect();
        self.forms.get_mut(form).unwrap().rows.push(row);
    }

    /// Writes into a form's tab; `row` counts from 1 below the titles.
    pub fn change(&mut self, form: &str, row: usize, question: &str, cell: &str) {
        let questions = &self.setting.forms.get(form).unwrap().definition.questions;
        let column = 1 + questions.iter().position(|found| found.key == question).unwrap();
        self.forms.get_mut(form).unwrap().rows[row][column] = cell.into();
    }

    pub fn mentee(&mut self, at: &str, name: &str, gender: &str, born: &str, class: &str) {
        let row = self.forms["mentee_registration"].rows.len();
        self.add(
            "mentee_registration",
            at,
            &[
                ("full_name", name),
                ("nickname", name.split(' ').next().unwrap()),
                ("gender", gender),
                ("birth_date", born),
                ("class_name", class),
                ("phone", &format!("0812-0000-{row:04}")),
                ("slots", "Jumat sore, Sabtu pagi"),
                ("interests", "Futsal dan sepak bola, Gim"),
                ("dislikes", "Debat dan organisasi"),
                ("conversation_style", "Tergantung suasana"),
                ("study_approach", "Kisah dan pengalaman"),
                ("expectations", "Teman dan suasana seru, Menambah hafalan"),
                ("preferred_mentor", "Santai dan humoris"),
                ("reading_level", "Al-Quran sudah lancar"),
                ("memorization_level", "10 sampai 20 surah juz 30"),
                ("source", "Diajak teman"),
                ("guardian_name", "Bapak atau Ibu"),
                ("guardian_phone", &format!("0813-0000-{row:04}")),
                ("self_consent", "Aku sudah membaca untuk apa dataku dipakai dan setuju"),
            ],
        );
    }

    pub fn mentor(&mut self, at: &str, name: &str, gender: &str, born: &str, most: &str) {
        let row = self.forms["mentor_application"].rows.len();
        let pledges = "Bersedia diwawancara dan dites bacaan, Bersedia ikut pelatihan sebelum membina, Menaati kode etik dan \
            aturan perlindungan anak, Mengisi laporan setelah tiap pertemuan, Setuju datanya diolah untuk keperluan program";
        self.add(
            "mentor_application",
            at,
            &[
                ("full_name", name),
                ("nickname", name.split(' ').next().unwrap()),
                ("gender", gender),
                ("birth_date", born),
                ("phone", &format!("0815-0000-{row:04}")),
                ("occupation", "Mahasiswa"),
                ("institution", "Universitas Indonesia"),
                ("graduation_year", "2022"),
                ("slots", "Jumat sore"),
                ("max_mentees", most),
                ("experience", "Satu musim"),
                ("reading_level", "Lancar dan sudah belajar tajwid"),
                ("memorization_level", "Juz 30 selesai"),
                ("interests", "Futsal dan sepak bola"),
                ("conversation_style", "Sering memulai cerita"),
                ("study_approach", "Kisah dan pengalaman"),
                ("own_trait", "Santai dan humoris"),
                ("commitment", "Satu tahun ajaran"),
                ("motivation", "Ingin berbagi"),
                ("reference_contact", "Ustadz Ali"),
                ("pledges", pledges),
            ],
        );
    }

    /// All seven steps of a mentor.
    pub fn screened(&mut self, day: &str, mentor: &str) {
        for step in crate::ledger::mentor_steps::STEPS {
            let at = format!("{day} 16.00");
            self.add(
                "mentor_training",
                &at,
                &[
                    ("mentor", mentor),
                    ("step", step),
                    ("date", day),
                    ("result", "Lulus atau selesai"),
                    ("hours", "3"),
                    ("assessor", "Pembina"),
                ],
            );
        }
    }

    pub fn consent(&mut self, at: &str, child: &str) {
        self.add(
            "guardian_consent",
            at,
            &[
                ("child", child),
                ("guardian_name", "Bapak atau Ibu"),
                ("relation", "Ibu"),
                ("consent", "Ya mengizinkan"),
            ],
        );
    }

    /// A meeting that was held, reported on the same evening (a meeting of tomorrow is reported
    /// today).
    pub fn met(&mut self, day: &str, group: &str, present: &str) {
        let reported = if day == "1/9/2026" { "28/8/2026" } else { day };
        self.add(
            "meeting_report",
            &format!("{reported} 20.00"),
            &[
                ("group", group),
                ("date", day),
                ("status", "Ya bertemu"),
                ("present", present),
                ("note", "RAHASIA TIGA"),
            ],
        );
    }

    /// A surah recited anew and well.
    pub fn recited(&mut self, day: &str, mentee: &str, surah: &str) {
        self.add(
            "memorization_record",
            &format!("{day} 20.00"),
            &[
                ("mentee", mentee),
                ("date", day),
                ("record_kind", "Hafalan baru (ziyadah)"),
                ("surah", surah),
                ("ayah_from", "1"),
                ("fluency", "Lancar"),
            ],
        );
    }

    fn workbook(&self) -> Workbook {
        let views = views_by_sheet_id(&self.setting, self.today).unwrap();
        Workbook {
            forms: self.forms.clone(),
            missing: vec![],
            ours: self.ours.clone(),
            views,
            tabs: vec![],
        }
    }

    /// One cycle: what `cycle` does between reading and writing.
    pub fn turn(&mut self) -> Turn {
        let noon = self
            .setting
            .config
            .timezone
            .from_local_datetime(&self.today.and_hms_opt(12, 0, 0).unwrap())
            .unwrap();
        let (mut workbook, mut happened) = (self.workbook(), Happened::at(noon));
        let (setting, memory, today) = (&self.setting, &mut self.memory, self.today);
        let held =
            take_in(setting, &mut workbook, memory, &mut happened, Options::default()).unwrap();
        let decided = take_decisions(setting, &workbook, memory, &mut happened, today).unwrap();
        let Decisions { refused, mass, .. } = decided;
        let suggestions =
            suggestions(setting, &memory.state, &standing(setting, &memory.state, today).unwrap());
        happened.note_issue(&setting.config, &memory.state, &suggestions);
        happened.note_config(&setting.config, &memory.state);
        let events = happened
            .lines
            .iter()
            .map(|(_, event)| {
                Event::read(&event.kind(), event.version(), event.data().unwrap().get()).unwrap()
            })
            .collect();
        happened.settle(memory).unwrap();
        memory.head.seq = memory.state.seq;
        self.wanted = self.views_with(tabs, &held, &refused, mass.as_ref());
        let before = std::mem::take(&mut self.ours);
        self.ours = self.wanted.iter().map(|wanted| shown(wanted, &before)).collect();
        Turn { events, refused, mass }
    }

    /// Every tab as it should be.
    pub fn tabs_with(&self, held: &[HeldTab], refused: &[Refused]) -> Vec<Wanted> {
        self.views_with(tabs, held, refused, None)
    }

    /// The tabs of the second spreadsheet as they should be.
    pub fn restricted(&self) -> Vec<Wanted> {
        self.views_with(restricted_tabs, &[], &[], None)
    }

    fn views_with(
        &self,
        views: fn(&Scene<'_>) -> Vec<Wanted>,
        held: &[HeldTab],
        refused: &[Refused],
        mass: Option<&MassDecision>,
    ) -> Vec<Wanted> {
        let (setting, state) = (&self.setting, &self.memory.state);
        let standing = standing(setting, state, self.today).unwrap();
        let (figures, suggestions) =
            (figures(setting, state, &standing), suggestions(setting, state, &standing));
        let scene = scene(setting, state, &self.memory.head, &standing, &figures, &suggestions);
        views(&Scene { held, refused, mass, ..scene })
    }

    pub fn wanted(&self, view: &str) -> &Wanted {
        self.wanted.iter().find(|tab| tab.layout.view == view).unwrap()
    }

    pub fn suggestions(&mut self) -> &mut ReadTab {
        let id = sheet_id(&self.wanted("suggestions").layout);
        self.ours.iter_mut().find(|tab| tab.sheet_id == id).unwrap()
    }

    /// Writes a decision into the row of a mentee, or of a whole group.
    pub fn decide(&mut self, whom: &str, verdict: &str, other: &str) {
        let is_meant = |row: &Vec<Cell>| {
            let key = cell_at(row, KEY).to_string();
            let about_group = key.starts_with('M') && cell_at(row, GROUP).to_string() == whom;
            let about_mentee =
                key.starts_with('A') && cell_at(row, MENTEE).to_string().starts_with(whom);
            about_group || about_mentee
        };
        let rows = &mut self.suggestions().rows;
        let row = rows
            .iter_mut()
            .find(|row| is_meant(row))
            .unwrap_or_else(|| panic!("no row about {whom}"));
        row.resize(row.len().max(OTHER + 1), Cell::Blank);
        row[VERDICT] = verdict.into();
        row[OTHER] = other.into();
    }

    /// Who is in which open group: `Al Fatih: Ahmad, Budi`.
    pub fn groups(&self) -> Vec<String> {
        let standing = standing(&self.setting, &self.memory.state, self.today).unwrap();
        let mut lines = Vec::new();
        for (index, group) in standing.open_groups() {
            let members =
                standing.members(index).iter().map(|&member| standing.mentees[member].nickname());
            lines.push(format!("{}: {}", group.name, members.collect::<Vec<_>>().join(", ")));
        }
        lines
    }

    /// The names in the tab of suggestions with the group each is suggested for, in the order of
    /// the tab.
    pub fn suggested(&self) -> Vec<String> {
        let rows = self.wanted("suggestions").rows.iter().filter(|row| row.style == Style::Body);
        let text = |row: &WantedRow, column: usize| row.cells[column].value.to_string();
        let line = |row: &WantedRow| {
            let name = text(row, MENTEE);
            format!("{} → {}", name.split(' ').next().unwrap_or_default(), text(row, GROUP))
        };
        rows.map(line).collect()
    }
}

/// A tab as it would be read after it was written, with what people wrote in it before.
fn shown(wanted: &Wanted, before: &[ReadTab]) -> ReadTab {
    let sheet_id = sheet_id(&wanted.layout);
    let before = before.iter().find(|tab| tab.sheet_id == sheet_id);
    let rows = wanted.rows.iter().enumerate().map(|(index, row)| {
        let mut cells: Vec<Cell> = row.cells.iter().map(|cell| cell.value.clone()).collect();
        let below_header = wanted.layout.header_row.is_some_and(|header| index > header);
        for (column, _) in
            wanted.layout.columns.iter().enumerate().filter(|(_, column)| column.people.is_some())
        {
            let at = wanted.key_column.unwrap_or(KEY);
            let key = cell_at(&cells, at).clone();
            let old = before.and_then(|tab| {
                tab.rows.iter().find(|row| *cell_at(row, at) == key && !key.is_blank())
            });
            if let Some(written) =
                old.filter(|_| below_header).map(|row| cell_at(row, column).clone())
            {
                cells.resize(cells.len().max(column + 1), Cell::Blank);
                cells[column] = written;
            }
        }
        cells
    });
    let row_count = wanted.rows.len() + 20;
    let column_count = wanted.layout.columns.len();
    ReadTab {
        sheet_id,
        title: wanted.layout.title.clone(),
        row_count,
        column_count,
        rows: rows.collect(),
    }
}

/// A tab as plain text, numbers as people see them.
pub fn as_text(tab: &Wanted, words: &crate::words::Words) -> String {
    let epoch = crate::table::serial::epoch();
    let mut text = format!("[{}]\n", tab.layout.title);
    for row in &tab.rows {
        let cells = row.cells.iter().map(|cell| match (&cell.value, cell.format) {
            (Cell::Number(n), Format::Date) => {
                words.short_date(epoch + chrono::TimeDelta::days(*n as i64))
            }
            (Cell::Number(n), Format::Percent) => words.percent(*n),
            (Cell::Number(n), Format::Integer) => words.integer(*n as i64),
            (value, _) => value.to_string(),
        });
        let mark = match row.style {
            Style::Title => "# ",
            Style::Lead => "> ",
            Style::Header => "-- ",
            Style::Section => "== ",
            Style::Body => "",
        };
        text.push_str(mark);
        text.push_str(cells.collect::<Vec<_>>().join(" | ").trim_end_matches([' ', '|']));
        text.push('\n');
    }
    text
}
