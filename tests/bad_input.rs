//! What goes wrong outside the program: a configuration with a slip, a spreadsheet that somebody
//! rearranged, a ledger that is taken or damaged, a Google that does not answer. Each is said
//! clearly, ends with the right code, and loses nothing.

use std::time::Duration;

use crate::support::season::{MENTEES, registration_row};
use crate::support::undisturbed;
use crate::support::{
    self, NOW, OUR_TABS, Program, Ran, Running, files, halaqah, run, sheet_id_of,
};
use halaqah::edge::log::{Line, Log};
use halaqah::table::Cell;
use serde_json::json;

const QUESTION: &str = "Nama lengkap";

/// Writes a cell as somebody does by hand; rows and columns count from 0.
fn set(program: &Program, form: &str, row: usize, column: usize, cell: impl Into<Cell>) {
    let cell = cell.into();
    program.edit_tab(sheet_id_of(form), |sheet| {
        sheet.edit(row, column, |place| place.entry = cell.into())
    });
}

/// Takes rows out of a form's tab as somebody does by hand.
fn delete_rows(program: &Program, form: &str, first: usize, count: usize) {
    program.edit_tab(sheet_id_of(form), |sheet| {
        sheet.delete(halaqah::sandbox::book::Dimension::Rows, first, count);
    });
}

/// How many rows were retracted, of any form.
fn retracted(program: &Program) -> usize {
    program
        .events()
        .iter()
        .filter(|event| event["type"].as_str().unwrap().ends_with(".retracted"))
        .count()
}

/// What the tabs of an undisturbed program say.
#[track_caller]
fn is_whole(program: &Program) {
    let other = Program::new();
    other.sync();
    assert!(undisturbed::events(program) == undisturbed::events(&other), "another ledger");
    assert!(undisturbed::tabs(program) == undisturbed::tabs(&other), "other tabs");
    assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
}

mod configuration {
    use super::*;

    #[test]
    fn an_unknown_key_is_shown_under_its_word() {
        let program = Program::new().with("name = \"Rohis SMAN 1\"", "nama = \"Rohis SMAN 1\"");
        let shown = "5 | nama = \"Rohis SMAN 1\"\n  | ^^^^\n";
        program.run(&["sync"]).failed(
            1,
            &["tidak ada kunci bernama \"nama\"", "name, code", "halaqah.toml:5:1", shown],
        );
        assert_eq!(program.sandbox.requests(), 0);
        assert!(!program.dir.path().join("data").exists());
    }

    #[test]
    fn a_wrong_type_is_shown_under_its_word() {
        let program = Program::new().with("cash_opening = 500000", "cash_opening = \"banyak\"");
        program.run(&["sync"]).failed(
            1,
            &["bilangan bulat tanpa tanda petik", "cash_opening = \"banyak\"\n", "^^^^^^^^"],
        );
    }

    #[test]
    fn a_form_that_is_none_and_a_schedule_that_never_comes_are_shown_together() {
        let program = Program::new()
            .with("[forms.meeting_report]", "[forms.meting_report]")
            .with("*/5 * * * *", "0 0 31 2 *");
        program.run(&["sync"]).failed(
            1,
            &["tidak ada formulir bernama \"meting_report\"", "jadwal ini tidak akan pernah tiba"],
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let mut command = halaqah();
        command.args(["--config", "/nowhere/halaqah.toml", "sync"]);
        run(&mut command)
            .failed(1, &["/nowhere/halaqah.toml tidak bisa dibaca: tidak ada", "--config"]);
    }

    #[test]
    fn a_configuration_that_is_no_toml_is_said_in_the_language_that_it_names() {
        let program = Program::new().with("timezone = \"", "timezone = ");
        program.run(&["sync"]).failed(1, &["salah: baris ini tidak terbaca", "halaqah.toml:"]);
        let program = program.with("language = \"id\"", "language = \"en\"");
        program.run(&["sync"]).failed(1, &["error: this line cannot be read", "halaqah.toml:"]);
        program.run(&["doctor"]).failed(1, &["error: this line cannot be read"]);
    }

    #[test]
    fn a_form_and_words_that_cannot_be_used_are_said_in_both_languages() {
        let program = Program::new();
        let beside = |name: &str, text: &str| {
            let path = program.dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        beside("forms/meeting_report.toml", "key = \"meeting_report\"\njudul = \"Laporan\"\n");
        program
            .run(&["stats"])
            .failed(1, &["tidak ada kunci bernama \"judul\"", "forms/meeting_report.toml:2:1"]);
        std::fs::remove_file(program.dir.path().join("forms/meeting_report.toml")).unwrap();
        beside("words/en.ftl", "tab summary\n");
        let program = program.with("language = \"id\"", "language = \"en\"");
        program
            .run(&["stats"])
            .failed(1, &["The file of words words/en.ftl cannot be read near \"tab summary\""]);
    }

    #[test]
    fn a_moment_before_every_season_is_said() {
        let program = Program::new();
        let ran = run(&mut program.command_at(Some("2026-07-12T08:00:00+07:00"), &["sync"]));
        ran.failed(1, &["Belum ada musim yang dimulai sampai Ahad, 12 Juli 2026", "[[seasons]]"]);
        assert_eq!(program.events().len(), 0);
    }

    #[test]
    fn after_the_last_season_its_figures_stand() {
        let program = Program::new();
        run(&mut program.command_at(Some("2027-02-01T08:00:00+07:00"), &["sync"])).ok();
        assert!(program.shown("Ringkasan").contains("Adik terdaftar musim ini | 9 |"));
    }

    #[test]
    fn a_data_directory_that_is_a_file_is_the_users_to_mend() {
        let program = Program::new();
        std::fs::write(program.dir.path().join("data"), "").unwrap();
        program.run(&["sync"]).failed(1, &["data", "data_dir"]);
        assert_eq!(program.sandbox.requests(), 0, "the ledger comes first");
    }

    #[cfg(unix)]
    #[test]
    fn a_data_directory_that_may_not_be_written_is_the_users_to_mend() {
        use std::os::unix::fs::PermissionsExt;
        let program = Program::new();
        let data = program.dir.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o555)).unwrap();
        if std::fs::write(data.join("probe"), "").is_ok() {
            println!("skipped: this user may write everywhere");
            return;
        }
        program.run(&["sync"]).failed(
            1,
            &["belum mendapat izin", "data", "Beri pengguna yang menjalankan halaqah izin"],
        );
        assert_eq!(program.sandbox.requests(), 0);
    }
}

mod spreadsheet {
    use super::*;

    #[test]
    fn one_that_is_not_shared_says_with_whom_to_share_it() {
        let program = Program::new();
        program.fault(json!({"sharing": "none"}));
        program.run(&["sync"]).failed(
            1,
            &[&program.id, "belum dibagikan kepada", "tambahkan alamat tersebut sebagai Editor"],
        );
        assert_eq!(program.events().len(), 0);
        program.fault(json!({"sharing": "all"}));
        program.sync();
        is_whole(&program);
    }

    #[test]
    fn one_that_is_not_there_says_where_the_id_stands() {
        let program = Program::new();
        let id = program.id.clone();
        let program = program.with(&id, "1AbCdEfGhIjK");
        program
            .run(&["sync"])
            .failed(1, &["Tidak ada spreadsheet 1AbCdEfGhIjK", "di antara /d/ dan /edit"]);
        program.run(&["plan"]).failed(1, &["Tidak ada spreadsheet 1AbCdEfGhIjK"]);
    }

    #[test]
    fn a_tab_that_was_never_there_is_said_and_the_others_are_read() {
        let program = Program::new();
        program.delete_tab("Form Responses 6");
        let said = program.sync();
        assert!(said.contains("tab \"Form Responses 6\" tidak ada di spreadsheet"), "{said}");
        assert_eq!(
            (
                program.count("mentee_registration.submitted"),
                program.count("meeting_report.submitted")
            ),
            (9, 0)
        );
        let shown = program.shown("Perlu Diperbaiki");
        assert!(shown.contains("tab \"Form Responses 6\" tidak ada"), "{shown}");
    }

    #[test]
    fn a_tab_that_is_gone_retracts_nothing() {
        let program = Program::new();
        program.sync();
        program.delete_tab("Form Responses 1");
        let said = program.sync();
        assert!(said.contains("Form Responses 1"), "{said}");
        assert_eq!(retracted(&program), 0);
        assert!(program.shown("Ringkasan").contains("Adik terdaftar musim ini | 9 |"));
        assert!(program.shown("Perlu Diperbaiki").contains("Form Responses 1"));
    }

    #[test]
    fn a_required_question_that_is_gone_retracts_nothing() {
        let program = Program::new();
        program.sync();
        let column = titles(&program).iter().position(|title| title == QUESTION).unwrap();
        set(&program, "mentee_registration", 0, column, "Nm");
        let before = program.events().len();
        let said = program.sync();
        assert!(said.contains("Form Responses 1") && said.contains(QUESTION), "{said}");
        assert_eq!(program.events().len(), before, "nothing happened");
        let shown = program.shown("Perlu Diperbaiki");
        assert!(
            shown.contains(QUESTION) && shown.contains("tab dibiarkan seperti sebelumnya"),
            "{shown}"
        );
        set(&program, "mentee_registration", 0, column, QUESTION);
        program.sync();
        is_whole(&program);
    }

    fn titles(program: &Program) -> Vec<String> {
        program.tab("Form Responses 1").unwrap()[0].clone()
    }

    #[test]
    fn a_renamed_tab_is_still_read() {
        let program = Program::new();
        program.sync();
        let sheet_id = sheet_id_of("mentee_registration");
        program
            .edit_tab(sheet_id, |sheet| sheet.title = "Pendaftaran 2026 (100% 'baru')".to_owned());
        program
            .append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
        let said = program.sync();
        assert!(!said.contains("Yang perlu dilakukan"), "{said}");
        assert_eq!((program.count("mentee_registration.submitted"), retracted(&program)), (10, 0));
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }

    #[test]
    fn a_tab_that_was_made_anew_under_its_old_name_brings_the_same_rows() {
        let program = Program::new();
        program.sync();
        program.edit_tab(sheet_id_of("mentee_registration"), |sheet| sheet.id = 777);
        let before = program.events().len();
        program.sync();
        assert_eq!((program.events().len(), program.count("tab_observed")), (before + 1, 7));
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }

    #[test]
    fn a_tab_may_be_named_by_its_number() {
        let number = format!("tab = {}", sheet_id_of("mentee_registration"));
        let program = Program::new().with("tab = \"Form Responses 1\"", &number);
        program.sync();
        assert_eq!(program.count("mentee_registration.submitted"), 9);
    }

    #[test]
    fn a_program_in_which_nobody_has_answered_yet_has_its_tabs() {
        let program = Program::new();
        for form in support::season::FORMS {
            delete_rows(&program, form, 1, 40);
        }
        program.sync();
        assert_eq!(
            program.events().len(),
            7,
            "the tabs and the configuration were seen, and nothing else happened"
        );
        assert!(program.shown("Ringkasan").contains("Adik terdaftar musim ini | 0 |"));
        assert!(program.run(&["match"]).ok().contains("0 adik mendapat usulan"));
        program.run(&["stats"]).ok();
    }

    #[test]
    fn a_mentor_that_is_none_is_said_and_the_coordinators_words_stay() {
        let program = Program::new();
        program.sync();
        let tab = program.tab("Usulan Kelompok").unwrap();
        let row = tab
            .iter()
            .position(|row| row.iter().any(|cell| cell.contains("Dimas Prakoso")))
            .unwrap();
        let column = tab[2].iter().position(|title| title == "Mentor lain").unwrap();
        let typed = program.sandbox.edit_book(|book| {
            let sheet_id =
                book.spreadsheet(&program.id).unwrap().sheet_titled("Usulan Kelompok").unwrap().id;
            book.set_cell(&program.id, sheet_id, row, column, "M99")
        });
        typed.unwrap();
        program.sync();
        let shown = program.shown("Perlu Diperbaiki");
        assert!(
            shown.contains("Mentor lain | M99 | tidak ada mentor dengan kode atau nama ini"),
            "{shown}"
        );
        assert_eq!(program.count("placement_decided"), 0);
        assert_eq!(program.tab("Usulan Kelompok").unwrap()[row][column], "M99");
    }

    #[test]
    fn our_tabs_may_be_moved_renamed_and_cut_short() {
        let program = Program::new();
        program.sync();
        let id = |title: &str| {
            program.sandbox.with_book(|book| {
                book.spreadsheet(&program.id).unwrap().sheet_titled(title).unwrap().id
            })
        };
        let (summary, suggestions) = (id("Ringkasan"), id("Usulan Kelompok"));
        let reversed = program.sandbox.edit_book(|book| {
            book.spreadsheet_mut(&program.id).ok_or(())?.sheets.reverse();
            Ok::<_, ()>(())
        });
        reversed.unwrap();
        program.edit_tab(summary, |sheet| sheet.title = "Rangkuman".to_owned());
        assert_eq!(
            program.sync().trim(),
            "Tidak ada yang baru.",
            "where a tab stands and what it is called is theirs"
        );

        let before = (program.shown("Rangkuman"), program.shown("Usulan Kelompok"));
        for sheet_id in [summary, suggestions] {
            program.edit_tab(sheet_id, |sheet| {
                let rows = sheet.row_count();
                sheet.delete(halaqah::sandbox::book::Dimension::Rows, 4, rows - 4);
            });
        }
        program.sync();
        let after = (program.shown("Rangkuman"), program.shown("Usulan Kelompok"));
        let trimmed = |text: String| {
            text.lines().map(|line| line.trim_end_matches(" | ").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(trimmed(before.0), trimmed(after.0));
        assert_eq!(trimmed(before.1), trimmed(after.1));
    }

    #[test]
    fn a_column_taken_out_of_a_tab_of_ours_is_put_back() {
        let program = Program::new();
        program.sync();
        let sheet_id = program.sandbox.with_book(|book| {
            book.spreadsheet(&program.id).unwrap().sheet_titled("Ringkasan").unwrap().id
        });
        program.edit_tab(sheet_id, |sheet| {
            sheet.delete(halaqah::sandbox::book::Dimension::Columns, 2, 1)
        });
        program.sync();
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }

    #[test]
    fn a_tab_with_titles_and_no_rows_is_in_order() {
        let program = Program::new();
        delete_rows(&program, "meeting_report", 1, 4);
        let said = program.sync();
        assert!(!said.contains("Yang perlu dilakukan"), "{said}");
        assert_eq!(program.count("tab_observed"), 6);
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }

    #[test]
    fn a_tab_with_nothing_in_it_is_said() {
        let program = Program::new();
        delete_rows(&program, "meeting_report", 0, 5);
        let said = program.sync();
        assert!(said.contains("Form Responses 6") && said.contains("Tanggal pertemuan"), "{said}");
        assert_eq!(program.count("mentee_registration.submitted"), 9);
        assert!(program.shown("Perlu Diperbaiki").contains("Tanggal pertemuan"));
    }

    #[test]
    fn rows_that_moved_are_no_news() {
        let program = Program::new();
        program.sync();
        program.edit_tab(sheet_id_of("mentee_registration"), |sheet| {
            let rows = halaqah::sandbox::book::Area { top: 1, bottom: 10, ..sheet.area() };
            sheet.permute_rows(rows, &[8, 7, 6, 5, 4, 3, 2, 1, 0]);
            sheet.insert(halaqah::sandbox::book::Dimension::Rows, 3, 2, None);
            sheet.insert(halaqah::sandbox::book::Dimension::Columns, 1, 1, None);
        });
        let before = program.events().len();
        program.sync();
        assert_eq!(program.events().len(), before);
    }

    #[test]
    fn many_rows_gone_at_once_are_held_until_somebody_says_so() {
        let program = Program::new();
        program.sync();
        delete_rows(&program, "mentee_registration", 4, 6);
        let said = program.sync();
        assert!(
            said.contains("6 dari 9 baris hilang sekaligus")
                && said.contains("--accept-retractions"),
            "{said}"
        );
        assert_eq!(retracted(&program), 0);
        assert!(program.shown("Perlu Diperbaiki").contains("6 dari 9 baris hilang sekaligus"));
        assert!(program.shown("Ringkasan").contains("Adik terdaftar musim ini | 9 |"));

        program.run(&["plan", "--accept-retractions"]).ok();
        assert_eq!(retracted(&program), 0, "a plan changes nothing");
        program.run(&["sync", "--accept-retractions"]).ok();
        assert_eq!(program.count("mentee_registration.retracted"), 6);
        assert!(program.shown("Ringkasan").contains("Adik terdaftar musim ini | 3 |"));
        assert!(!program.shown("Perlu Diperbaiki").contains("hilang sekaligus"));
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }

    #[test]
    fn a_few_rows_gone_are_retracted() {
        let program = Program::new();
        program.sync();
        delete_rows(&program, "meeting_report", 4, 1);
        program.sync();
        assert_eq!(program.count("meeting_report.retracted"), 1);
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_shown_with_what_to_do() {
        let program = Program::new();
        let (row, column) = (3, 4);
        set(&program, "mentee_registration", row, column, "31/02/2011");
        program.sync();
        assert_eq!(
            (program.count("row_rejected"), program.count("mentee_registration.submitted")),
            (1, 8)
        );
        let shown = program.shown("Perlu Diperbaiki");
        let line = "Form Responses 1 | 4 | Tanggal lahir | 31/02/2011 | tanggal ini tidak ada di kalender | tulis tanggal";
        assert!(shown.contains(line), "{shown}");

        set(&program, "mentee_registration", row, column, "28/02/2011");
        program.sync();
        assert_eq!(program.count("mentee_registration.submitted"), 9);
        assert!(program.shown("Perlu Diperbaiki").contains("Semua baris terbaca"));
    }

    #[test]
    fn what_a_respondent_writes_is_never_a_formula() {
        let program = Program::new();
        let name = "=IMPORTXML(\"http://a.example\";\"//a\")";
        set(&program, "mentee_registration", 4, 1, name);
        set(&program, "guardian_consent", 4, 1, name);
        program.sync();
        let shown = program.shown("Usulan Kelompok");
        assert!(shown.contains(name), "{shown}");
        let formulas = program.sandbox.with_book(|book| {
            let sheets = &book.spreadsheet(&program.id).unwrap().sheets;
            let cells = sheets.iter().flat_map(|sheet| sheet.rows()).flat_map(|row| row.iter());
            cells
                .filter(|cell| matches!(cell.entry, halaqah::sandbox::book::Entry::Formula(_)))
                .count()
        });
        assert_eq!(formulas, 0);
        assert!(MENTEES[3].consent, "so that the row is among the suggestions");
    }

    #[test]
    fn what_somebody_wrote_over_a_tab_of_ours_is_put_right() {
        let program = Program::new();
        program.sync();
        let sheet_id = program.sandbox.with_book(|book| {
            book.spreadsheet(&program.id).unwrap().sheet_titled("Ringkasan").unwrap().id
        });
        program.edit_tab(sheet_id, |sheet| {
            sheet.edit(4, 1, |cell| cell.entry = Cell::from("sembilan").into());
        });
        program.sync();
        is_whole(&program);
    }

    #[test]
    fn a_tab_of_somebodys_with_our_title_is_left_alone() {
        let program = Program::new();
        let added = program.sandbox.edit_book(|book| {
            let spreadsheet = book.spreadsheet_mut(&program.id).ok_or(())?;
            spreadsheet
                .sheets
                .push(halaqah::sandbox::book::Sheet::new(7, "Ringkasan", 10, 5).into());
            Ok::<_, ()>(())
        });
        added.unwrap();
        program.sync();
        assert_eq!(program.shown("Ringkasan"), "");
        assert!(program.shown("Ringkasan (halaqah)").contains("Adik terdaftar musim ini | 9 |"));
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }
}

mod ledger {
    use super::*;

    #[test]
    fn one_that_is_taken_says_by_whom() {
        let program = Program::new();
        program.sync();
        let every = |_: &Line<'_>| Ok::<(), std::convert::Infallible>(());
        let (log, _) = Log::open(&program.ledger_dir(), "sman1", every).unwrap();
        let holder = format!("(proses {})", std::process::id());
        program
            .run(&["sync"])
            .failed(1, &["sedang dipakai halaqah lain", &holder, "hentikan dulu"]);
        let mut daemon = program.command_at(None, &["run"]);
        support::run(&mut daemon)
            .failed(1, &["sedang dipakai halaqah lain", &holder, "hentikan dulu"]);
        program.run(&["stats"]).ok();
        drop(log);
        program.sync();
    }

    #[test]
    fn one_that_is_damaged_stops_the_program_and_stays_as_it_is() {
        let program = Program::new();
        program.sync();
        let first_batch = program.ledger().len();
        program
            .append("mentee_registration", registration_row(program.start, 20, 9, "Yusuf Ridwan"));
        program.sync();
        let sound = program.ledger();
        let before = (program.sandbox.revision(), program.sandbox.requests());
        for at in [0, 40, first_batch / 3, first_batch / 2, first_batch - 30] {
            let mut bytes = sound.clone();
            bytes[at] ^= 1;
            std::fs::write(program.segment(), &bytes).unwrap();
            program.run(&["sync"]).failed(
                4,
                &["Buku catatan rusak: 000001.jsonl, baris ", "Tidak ada yang diubah.", "cadangan"],
            );
            program.run(&["ledger", "verify"]).failed(4, &["Buku catatan rusak: 000001.jsonl"]);
            assert!(program.ledger() == bytes, "byte {at}: the ledger is as it was");
            assert_eq!(files(&program.ledger_dir()).len(), 3, "the segment, the keys and the lock");
        }
        assert_eq!(
            (program.sandbox.revision(), program.sandbox.requests()),
            before,
            "Google was not asked"
        );
        std::fs::write(program.segment(), &sound).unwrap();
        assert_eq!(program.sync().trim(), "Tidak ada yang baru.");
    }

    #[test]
    fn a_segment_that_is_missing_stops_the_program() {
        let program = Program::new();
        program.sync();
        std::fs::rename(program.segment(), program.ledger_dir().join("000009.jsonl")).unwrap();
        program
            .run(&["sync"])
            .failed(4, &["Buku catatan rusak: 000009.jsonl", "hilang atau terpotong"]);
    }

    /// The tab *Status* has seen a later event than the ledger holds: an old copy was brought back,
    /// or the data are gone.
    #[test]
    fn one_that_is_behind_what_was_seen_of_it_is_refused() {
        let program = Program::new();
        program.sync();
        std::fs::remove_dir_all(program.ledger_dir()).unwrap();
        program.run(&["sync"]).failed(
            4,
            &["Tab Status pernah melihat kejadian 54", "cadangan buku catatan yang terbaru"],
        );
    }

    #[test]
    fn one_of_another_program_is_not_touched() {
        let program = Program::new();
        program.sync();
        let data = files(&program.ledger_dir());
        let program = program.with("code = \"sman1\"", "code = \"sman2\"");
        program
            .run(&["sync"])
            .failed(1, &["Buku catatan ini milik program sman1", "bukan sman2", "code"]);
        program.run(&["stats"]).failed(1, &["program sman1"]);
        let mut after = files(&program.ledger_dir());
        let lock = program.ledger_dir().join("lock");
        after.insert(lock.clone(), data[&lock].clone());
        assert!(after == data);
    }

    #[test]
    fn one_that_is_not_there_yet_is_said_by_commands_that_read() {
        let program = Program::new();
        for command in [&["stats"][..], &["match"], &["ledger", "verify"], &["ledger", "show"]] {
            program.run(command).failed(1, &["Belum ada buku catatan di ", "halaqah sync"]);
        }
        assert!(!program.dir.path().join("data").exists());
    }
}

mod google {
    use super::*;

    #[test]
    fn a_quota_that_is_used_up_for_a_moment_is_waited_for() {
        let program = Program::new();
        program.requests_let_through(2);
        program.fault(json!({"status": 429}));
        program.sync();
        is_whole(&program);
    }

    #[test]
    fn a_write_that_was_made_but_not_confirmed_heals_by_itself() {
        let program = Program::new();
        program.requests_let_through(2);
        program.fault(json!({"status": 503, "after": true}));
        let said = program.sync();
        assert!(said.contains("54 kejadian dicatat"), "{said}");
        is_whole(&program);
    }

    #[test]
    fn a_write_that_was_neither_made_nor_confirmed_heals_by_itself() {
        let program = Program::new();
        program.requests_let_through(2);
        program.fault(json!({"status": 503}));
        program.sync();
        is_whole(&program);
    }

    #[test]
    fn a_cut_answer_to_a_write_heals_by_itself() {
        let program = Program::new();
        program.requests_let_through(2);
        program.fault(json!({"cut_body": true}));
        program.sync();
        is_whole(&program);
    }

    #[test]
    fn a_cut_answer_and_a_page_of_html_are_asked_for_again() {
        let program = Program::new();
        program.fault(json!({"cut_body": true}));
        program.fault(json!({"html": true, "status": 502}));
        program.sync();
        is_whole(&program);
    }

    /// All at once, for each of them is waited for as long as it is sensible.
    #[test]
    fn what_does_not_pass_is_for_later_and_nothing_is_recorded() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let quota = Program::new();
        quota.fault(json!({"status": 429, "count": 99}));
        let page = Program::new();
        page.fault(json!({"html": true, "status": 502, "count": 99}));
        let cut = Program::new();
        cut.fault(json!({"cut_body": true, "count": 99}));
        let gone = Program::new();
        let endpoint =
            gone.config.lines().find(|line| line.starts_with("endpoint")).unwrap().to_owned();
        let gone = gone.with(&endpoint, &format!("endpoint = \"http://{silent}\""));
        let cases = [
            (quota, "Jatah permintaan ke Google sedang habis"),
            (page, "Google sedang tidak bisa dihubungi"),
            (cut, "the answer was cut off or was not JSON"),
            (gone, "Google sedang tidak bisa dihubungi"),
        ];
        let started: Vec<Running> =
            cases.iter().map(|(program, _)| program.start(&["sync"])).collect();
        for ((program, said), running) in cases.iter().zip(started) {
            let ran: Ran = running.ended_within(Duration::from_secs(60));
            ran.failed(3, &[said]);
            assert_eq!(program.events().len(), 0, "{said}");
        }
    }

    #[test]
    fn a_slow_answer_is_not_waited_for_forever() {
        let program = Program::new();
        let program = program.with("[workbook]", "timeout_s = 1\n[workbook]");
        program.requests_let_through(2);
        program.fault(json!({"delay_ms": 600_000}));
        // The write may still arrive: it is read what is there, and what is missing is written.
        program.sync();
        is_whole(&program);
    }

    #[test]
    fn a_key_that_is_none_is_said() {
        let program = Program::new().with("[workbook]", "credentials = \"key.json\"\n[workbook]");
        program.run(&["sync"]).failed(1, &["key.json tidak bisa dibaca: tidak ada."]);
        std::fs::write(program.dir.path().join("key.json"), "{}").unwrap();
        program.run(&["sync"]).failed(1, &["bukan kunci akun layanan", "Google Cloud"]);
        assert_eq!(program.sandbox.requests(), 0);
    }

    #[test]
    fn without_an_endpoint_a_key_is_needed() {
        let program = Program::new();
        let endpoint =
            program.config.lines().find(|line| line.starts_with("endpoint")).unwrap().to_owned();
        let program = program.with(&endpoint, "");
        program.run(&["sync"]).failed(1, &["Belum ada kunci", "HALAQAH_GOOGLE_CREDENTIALS"]);
    }
}

#[test]
fn everything_is_in_order_without_any_of_it() {
    let program = Program::new();
    program.sync();
    is_whole(&program);
    assert!(OUR_TABS.iter().all(|tab| program.tab(tab).is_some()));
    assert!(
        program.events().iter().all(|event| event["at"].as_str().unwrap().starts_with(&NOW[..19]))
    );
}
