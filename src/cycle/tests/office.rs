//! The tabs of the office from a small season: what they say, and that what is confidential stands
//! in the second spreadsheet and nowhere else.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::*;
use super::desk::{Desk, as_text};
use crate::ledger::season::Season;
use crate::statistics::{all_figures, figure_at};
use crate::words::{ENGLISH, INDONESIAN, Language};

const OFFICE: [&str; 8] =
    ["finance", "support", "promotion", "partners", "taaruf", "evaluation", "archive", "handover"];

/// The small program with a few rows in every form of the office.
pub fn office(language: Language) -> Desk {
    let mut desk = Desk::small(language);
    let all: Vec<String> = desk.setting.forms.iter().map(|form| form.key().to_owned()).collect();
    let off: Vec<&String> = all.iter().filter(|form| !desk.forms.contains_key(*form)).collect();
    off.into_iter().for_each(|form| desk.turn_on(form));
    money(&mut desk);
    support(&mut desk);
    outside(&mut desk);
    feedback(&mut desk);
    papers(&mut desk);
    desk.turn();
    desk
}

fn money(desk: &mut Desk) {
    for (kind, day, category, amount, fund) in [
        ("Rencana anggaran", "1/8/2026", "Promosi", "200000", "Kas"),
        ("Rencana anggaran", "1/8/2026", "Pelatihan mentor", "400000", "Kas"),
        ("Rencana anggaran", "1/10/2026", "Konsumsi", "100000", "Kas"),
        ("Pengeluaran", "5/8/2026", "Promosi", "300000", "Kas"),
        ("Pengeluaran", "6/8/2026", "Transport", "20000", "Kas"),
        ("Pemasukan", "4/8/2026", "Lainnya", "250000", "Alumni"),
    ] {
        desk.add(
            "finance_record",
            "7/8/2026 10.00",
            &[
                ("record_type", kind),
                ("date", day),
                ("category", category),
                ("amount", amount),
                ("fund", fund),
                ("description", "Keterangan"),
            ],
        );
    }
}

fn support(desk: &mut Desk) {
    for (at, kind, urgency, story, readers) in [
        (
            "3/8/2026 09.00",
            "Konsumsi atau kegiatan kelompok",
            "Pekan ini",
            "RAHASIA cerita umum",
            "Pengurus inti",
        ),
        ("20/8/2026 09.00", "Modul atau mushaf", "Bulan ini", "RAHASIA modul", "Pengurus inti"),
        (
            "21/8/2026 09.00",
            "Masalah keluarga adik",
            "Hari ini",
            "RAHASIA keluarga",
            "Pengurus inti",
        ),
        (
            "22/8/2026 09.00",
            "Menjenguk yang sakit",
            "Hari ini",
            "RAHASIA sakit",
            "Koordinator saja",
        ),
        ("23/8/2026 09.00", "Masalah di kelompok", "Hari ini", "GURU SAJA", "Guru pembina saja"),
    ] {
        desk.add(
            "support_request",
            at,
            &[
                ("mentor", "Hasan Basri"),
                ("support_kind", kind),
                ("urgency_days", urgency),
                ("story", story),
                ("readers", readers),
            ],
        );
    }
    desk.add(
        "support_follow_up",
        "21/8/2026 12.00",
        &[
            ("mentor", "Hasan Basri"),
            ("request_date", "20/8/2026"),
            ("support_kind", "Modul atau mushaf"),
            ("date", "21/8/2026"),
            ("status", "Selesai"),
            ("handled_by", "Koordinator"),
            ("note", "RAHASIA tindak lanjut"),
        ],
    );
    desk.add(
        "mentor_training",
        "22/8/2026 12.00",
        &[
            ("mentor", "Ibrahim Malik"),
            ("step", "Wawancara"),
            ("date", "21/8/2026"),
            ("result", "Belum"),
            ("score", "2"),
            ("assessor", "Pembina"),
            ("note", "RAHASIA wawancara"),
        ],
    );
}

fn outside(desk: &mut Desk) {
    for (channel, reach, cost, lesson) in
        [("Diajak teman", "40", "0", "Ajak teman sebangku"), ("Flyer", "100", "50000", "")]
    {
        desk.add(
            "promotion_activity",
            "14/7/2026 16.00",
            &[
                ("date", "14/7/2026"),
                ("channel", channel),
                ("target", "Calon adik"),
                ("reach", reach),
                ("cost", cost),
                ("responsible", "Humas"),
                ("lesson", lesson),
            ],
        );
    }
    for (name, stage, next, promised) in [
        ("Universitas Indonesia", "Sudah mengirim mentor", "", "3"),
        ("Masjid Al-Hikmah", "Sepakat", "20/7/2026", "2"),
    ] {
        desk.add(
            "partner_contact",
            "15/7/2026 16.00",
            &[
                ("organization", name),
                ("partner_kind", "LDK atau rohis kampus"),
                ("contact_name", "Narahubung"),
                ("phone", "0817-0000-0001"),
                ("date", "15/7/2026"),
                ("stage", stage),
                ("promised_male", promised),
                ("school_approval", "Sudah"),
                ("next_action_date", next),
            ],
        );
    }
}

fn feedback(desk: &mut Desk) {
    for (number, unsafe_answer) in
        ["Tidak ada", "Tidak ada", "Ada dan aku mau dihubungi", "Tidak ada"].into_iter().enumerate()
    {
        let mut answers = vec![
            ("group", "Al Fatih"),
            ("recommend", "9"),
            ("next_season", "Lanjut di kelompok yang sama"),
            ("unsafe", unsafe_answer),
            ("improve", "RAHASIA saran adik"),
        ];
        answers.extend(
            ["listened", "safe", "relevant", "cohesion", "mentor_fit"]
                .map(|question| (question, "4")),
        );
        answers.push(("ignored", "2"));
        if unsafe_answer.starts_with("Ada") {
            answers.push(("contact", "RAHASIA nomor"));
        }
        desk.add("mentee_feedback", &format!("24/8/2026 1{number}.00"), &answers);
    }
    let mut answers =
        vec![("group", "Al Fatih"), ("recommend", "8"), ("next_season", "Lanjut kelompok ini")];
    let scales = ["enjoys", "no_time", "mentee_fit", "openness", "supported", "training_helps"];
    answers.extend(scales.map(|question| (question, "3")));
    answers.push(("suggestion", "Tambah bahan diskusi"));
    desk.add("mentor_feedback", "25/8/2026 10.00", &answers);
}

fn papers(desk: &mut Desk) {
    desk.add(
        "taaruf_record",
        "5/8/2026 20.00",
        &[
            ("group", "Al Fatih"),
            ("date", "5/8/2026"),
            ("present", "Ahmad, Budi"),
            ("activities", "Gim, Makan bersama"),
            ("chosen_name", "Sang Penakluk"),
            ("fixed_slot", "Jumat sore"),
            ("goal", "Hafal juz 30"),
            ("mood", "4"),
            ("poor_fit", "RAHASIA adik"),
        ],
    );
    for (kind, title, status, review) in [
        ("SOP", "SOP kelompok", "Berlaku", "1/8/2026"),
        ("Keputusan atau aturan", "Ukuran kelompok", "Berlaku", "1/8/2027"),
    ] {
        desk.add(
            "document_record",
            "20/7/2026 10.00",
            &[
                ("document_kind", kind),
                ("title", title),
                ("link", "https://drive.example.org/1"),
                ("owner", "Sekretaris"),
                ("status", status),
                ("effective_date", "20/7/2026"),
                ("problem", "Terlalu ramai"),
                ("alternatives", "Tanpa batas"),
                ("approved_by", "Rapat"),
                ("review_date", review),
            ],
        );
    }
}

fn text_of(desk: &Desk, tabs: &[Wanted]) -> String {
    tabs.iter().map(|tab| as_text(tab, &desk.setting.words)).collect()
}

#[test]
fn every_tab_of_the_office() {
    for (language, code) in [(Language::Id, "id"), (Language::En, "en")] {
        let desk = office(language);
        for view in OFFICE {
            insta::assert_snapshot!(
                format!("office-{view}-{code}"),
                as_text(desk.wanted(view), &desk.setting.words)
            );
        }
        insta::assert_snapshot!(
            format!("office-restricted-{code}"),
            text_of(&desk, &desk.restricted())
        );
    }
}

#[test]
fn what_is_confidential_stands_in_the_second_spreadsheet_and_in_no_shared_tab() {
    let desk = office(Language::Id);
    let (shared, restricted) = (text_of(&desk, &desk.wanted), text_of(&desk, &desk.restricted()));
    for secret in [
        "RAHASIA cerita umum",
        "RAHASIA keluarga",
        "RAHASIA sakit",
        "RAHASIA tindak lanjut",
        "RAHASIA wawancara",
        "RAHASIA nomor",
        "RAHASIA adik",
        "RAHASIA TIGA",
        "Masalah keluarga adik",
        "Menjenguk yang sakit",
        "Ada dan aku mau dihubungi",
    ] {
        assert!(restricted.contains(secret), "{secret} stands nowhere");
        assert!(!shared.contains(secret), "{secret} stands on a shared tab");
    }
    assert!(!shared.contains("RAHASIA"));
    // The teacher's own stands in neither.
    assert!(!restricted.contains("GURU SAJA") && !shared.contains("GURU SAJA"));
    assert!(shared.contains("hubungi koordinator") && shared.contains("Hubungi koordinator"));
}

#[test]
fn no_layout_of_the_second_spreadsheet_depends_on_what_the_ledger_holds() {
    let ids =
        |desk: &Desk| desk.restricted().iter().map(|tab| sheet_id(&tab.layout)).collect::<Vec<_>>();
    assert_eq!(ids(&office(Language::Id)), ids(&Desk::empty(Language::Id)));
}

fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value.as_object() {
        Some(object) => {
            object.iter().for_each(|(key, value)| paths(value, &format!("{path}.{key}"), found));
        }
        None => drop(found.insert(path.trim_start_matches('.').to_owned())),
    }
}

#[test]
fn every_figure_has_a_definition_in_both_languages_and_every_entry_has_figures() {
    let desk = Desk::empty(Language::Id);
    let state = State::default();
    let standing = standing(&desk.setting, &state, desk.today).unwrap();
    let mut found = BTreeSet::new();
    paths(figures(&desk.setting, &state, &standing).as_json(), "", &mut found);
    assert!(found.len() > 200, "the figures were walked: {}", found.len());
    let mut described = BTreeSet::new();
    for path in found.iter().filter(|path| path.contains('.')) {
        let (figure, _) = figure_at(path).unwrap_or_else(|| panic!("{path} has no entry"));
        for text in [INDONESIAN, ENGLISH] {
            assert!(text.contains(&format!("\n{} = ", figure.definition())), "{path}");
        }
        described.insert(figure.path);
    }
    let all: BTreeSet<&str> = all_figures().map(|figure| figure.path).collect();
    assert_eq!(all, described);
}

#[test]
fn requests_that_are_open_from_an_earlier_season_are_counted_apart() {
    let mut desk = office(Language::Id);
    let (code, name) = ("2027-genap".to_owned(), "Semester genap".to_owned());
    let [start, end] = ["2027-01-04", "2027-06-20"].map(|day| day.parse().unwrap());
    desk.setting.program.seasons.push(Season { code, name, start, end, cash_opening: 0 });
    desk.today = "2027-01-10".parse().unwrap();
    desk.turn();
    let shown = as_text(desk.wanted("support"), &desk.setting.words);
    let lead = "Musim ini 0 permohonan: 0 masih terbuka, 0 di antaranya terlambat. Dijawab tepat waktu: –. Dari musim sebelumnya";
    assert!(shown.contains(&format!("{lead} masih terbuka: 4.")), "{shown}");
}
