//! What the coordinator decides in the tab of suggestions, and what follows from it.

use super::super::*;
use super::desk::{Desk, GROUP, KEY, MENTEE, OTHER, Turn, VERDICT};
use crate::ledger::event::{PlacementDecision, Verdict};
use crate::table::{Cell, cell_at};
use crate::views::decisions::Refusal;
use crate::words::Language;

fn desk() -> Desk {
    Desk::small_and_shown(Language::Id)
}

/// The decisions of a turn, each as `accepted A4 M18 Al Fatih`.
fn decided(turn: &Turn) -> Vec<String> {
    let line = |decision: &PlacementDecision| {
        let verdict = match decision.verdict {
            Verdict::Accepted => "accepted",
            Verdict::Redirected => "redirected",
            Verdict::Rejected => "rejected",
        };
        let group = decision.group.as_deref().unwrap_or("-");
        format!("{verdict} {} {} {group}", decision.mentees.join(","), decision.mentor)
    };
    let decisions = turn.events.iter().filter_map(|event| match event {
        Event::PlacementDecided(decision) => Some(line(decision)),
        _ => None,
    });
    decisions.collect()
}

/// Why decisions of a turn were refused.
fn refused(turn: &Turn) -> Vec<Refusal> {
    turn.refused.iter().map(|refused| refused.why).collect()
}

/// The rows of *Perlu Diperbaiki* that are about the tab of suggestions, without where they stand.
fn to_fix(desk: &Desk) -> Vec<String> {
    let rows = desk.wanted("to_fix").rows.iter();
    let about = rows.filter(|row| row.cells[0].value.to_string() == "Usulan Kelompok");
    about.map(|row| format!("{}: {}", row.cells[3].value, row.cells[4].value)).collect()
}

#[test]
fn what_is_suggested_before_anything_is_decided() {
    let suggested = [
        "Candra → Al Fatih",
        "Dimas → Al Fatih",
        "Fatimah → Kelompok Khadijah",
        "Gita → Kelompok Khadijah",
        "Nur → ",
    ];
    assert_eq!(desk().suggested(), suggested);
}

#[test]
fn one_row_is_accepted_once_and_the_group_shows_it() {
    let mut desk = desk();
    desk.decide("Candra", "Setuju", "");
    assert_eq!(decided(&desk.turn()), ["accepted A4 M20 Al Fatih"]);
    assert_eq!(desk.groups(), ["Al Fatih: Ahmad, Budi, Candra"]);
    assert!(
        !desk.suggested().iter().any(|line| line.starts_with("Candra")),
        "whoever has a group is suggested no more"
    );
    let groups = &desk.wanted("groups").rows;
    assert!(
        groups.iter().any(|row| row
            .cells
            .iter()
            .any(|cell| cell.value.to_string().contains("Candra Wijaya")))
    );
    assert_eq!(decided(&desk.turn()), [""; 0]);
}

#[test]
fn a_decision_read_twice_is_made_once() {
    let mut desk = desk();
    desk.decide("Candra", "Setuju", "");
    desk.decide("Dimas", "Tolak", "");
    // The tab could not be written: it stands as it stood, with both decisions in it.
    let as_it_stood = desk.ours.clone();
    assert_eq!(decided(&desk.turn()).len(), 2);
    desk.ours = as_it_stood;
    assert_eq!(decided(&desk.turn()), [""; 0]);
    assert_eq!(desk.groups(), ["Al Fatih: Ahmad, Budi, Candra"]);
}

#[test]
fn a_whole_new_group_is_accepted_with_its_slot() {
    let mut desk = desk();
    desk.decide("Kelompok Khadijah", "Setuju", "");
    let turn = desk.turn();
    assert_eq!(
        decided(&turn),
        ["accepted A6 M22 Kelompok Khadijah", "accepted A7 M22 Kelompok Khadijah"]
    );
    assert_eq!(desk.groups(), ["Al Fatih: Ahmad, Budi", "Kelompok Khadijah: Fatimah, Gita"]);
    let row = desk
        .wanted("groups")
        .rows
        .iter()
        .find(|row| row.cells[0].value.to_string() == "Kelompok Khadijah");
    let cells: Vec<String> = row.unwrap().cells.iter().map(|cell| cell.value.to_string()).collect();
    assert_eq!(cells[1..5], ["Khadijah Putri (M22)", "+6281500000003", "Jumat sore", "2"]);
}

#[test]
fn a_row_of_an_accepted_group_may_say_otherwise() {
    let mut desk = desk();
    desk.decide("Al Fatih", "setuju", "");
    desk.decide("Dimas", "Tolak", "");
    assert_eq!(decided(&desk.turn()), ["accepted A4 M20 Al Fatih", "rejected A5 M20 -"]);
}

#[test]
fn a_rejected_pair_is_not_suggested_again() {
    let mut desk = desk();
    desk.decide("Dimas", "Tolak", "");
    assert_eq!(decided(&desk.turn()), ["rejected A5 M20 -"]);
    assert_eq!(desk.suggested()[0], "Candra → Al Fatih");
    let dimas = desk.suggested().into_iter().find(|line| line.starts_with("Dimas")).unwrap();
    assert_eq!(dimas, "Dimas → ", "he waits, and the tab says that nobody is left for him");
    assert_eq!(decided(&desk.turn()), [""; 0]);
}

/// Whoever rejects a mentor and names another at once means both: the name is not lost.
#[test]
fn rejected_and_sent_to_another_mentor_is_sent_there() {
    let mut desk = Desk::small(Language::Id);
    desk.screened("27/7/2026", "Ibrahim Malik");
    desk.turn();
    desk.decide("Dimas", "Tolak", "Ibrahim");
    let turn = desk.turn();
    assert_eq!(decided(&turn), ["redirected A5 M21 Kelompok Ibrahim"]);
    assert_eq!(refused(&turn), []);
    assert_eq!(decided(&desk.turn()), [""; 0]);

    let mut desk = self::desk();
    desk.decide("Dimas", "Tolak", "M20");
    assert_eq!(decided(&desk.turn()), ["rejected A5 M20 -"], "sent to whom he was rejected for");
}

#[test]
fn a_verdict_where_nothing_is_suggested_is_answered() {
    let mut desk = desk();
    desk.decide("Nur", "Setuju", "");
    let turn = desk.turn();
    assert_eq!((decided(&turn), refused(&turn)), (vec![], vec![Refusal::NothingSuggested]));
    assert_eq!(to_fix(&desk), ["Setuju: belum ada usulan untuk adik ini"]);
}

#[test]
fn a_whole_group_is_rejected() {
    let mut desk = desk();
    desk.decide("Kelompok Khadijah", "Tolak", "");
    assert_eq!(decided(&desk.turn()), ["rejected A6 M22 -", "rejected A7 M22 -"]);
    assert!(!desk.suggested().iter().any(|line| line.contains("Khadijah")));
}

#[test]
fn another_mentor_is_known_by_code_by_name_and_by_nickname() {
    for written in ["M21", "m21", "Ibrahim Malik", "ibrahim"] {
        let mut desk = Desk::small(Language::Id);
        desk.screened("27/7/2026", "Ibrahim Malik");
        desk.turn();
        desk.decide("Dimas", "", written);
        assert_eq!(decided(&desk.turn()), ["redirected A5 M21 Kelompok Ibrahim"], "{written}");
        assert_eq!(desk.groups(), ["Al Fatih: Ahmad, Budi", "Kelompok Ibrahim: Dimas"]);
    }
}

#[test]
fn two_sent_to_one_mentor_come_into_one_group() {
    let mut desk = Desk::small(Language::Id);
    desk.screened("27/7/2026", "Ibrahim Malik");
    desk.turn();
    desk.decide("Al Fatih", "Setuju", "Ibrahim");
    assert_eq!(decided(&desk.turn()).len(), 2);
    assert_eq!(desk.groups(), ["Al Fatih: Ahmad, Budi", "Kelompok Ibrahim: Candra, Dimas"]);
}

#[test]
fn one_without_a_suggestion_may_be_sent_to_a_mentor() {
    let mut desk = desk();
    desk.decide("Nur", "Setuju", "");
    assert_eq!(decided(&desk.turn()), [""; 0], "there is nothing to agree to");
    desk.decide("Nur", "", "Khadijah Putri");
    assert_eq!(decided(&desk.turn()), ["redirected A9 M22 Kelompok Khadijah"]);
}

#[test]
fn a_mentor_who_cannot_be_is_refused_and_the_tab_says_why() {
    let refusal = |whom: &str, mentor: &str, prepare: fn(&mut Desk)| {
        let mut desk = Desk::small(Language::Id);
        prepare(&mut desk);
        desk.turn();
        desk.decide(whom, "", mentor);
        let turn = desk.turn();
        assert_eq!(decided(&turn), [""; 0]);
        // It stands there until it is mended.
        assert_eq!(refused(&desk.turn()), refused(&turn));
        (refused(&turn), to_fix(&desk))
    };
    let barred = |why: &str, mentor: &str| {
        vec![format!("{mentor}: mentor ini tidak boleh membina adik ini: {why}")]
    };
    let nobody = vec!["Zaid: tidak ada mentor dengan kode atau nama ini".to_owned()];
    assert_eq!(refusal("Dimas", "Zaid", |_| {}), (vec![Refusal::UnknownMentor], nobody));
    let expected = (vec![Refusal::Gender], barred("jenis kelamin berbeda", "Khadijah"));
    assert_eq!(refusal("Dimas", "Khadijah", |_| {}), expected);
    let expected = (vec![Refusal::NotScreened], barred("seleksi belum lengkap", "M21"));
    assert_eq!(refusal("Dimas", "M21", |_| {}), expected);
    let young = |desk: &mut Desk| {
        desk.mentor("14/7/2026 08.30", "Umar Muda", "L", "1/8/2009", "8");
        desk.screened("20/7/2026", "Umar Muda");
    };
    let expected = (vec![Refusal::AgeGap], barred("belum dua angkatan lebih tua", "Umar Muda"));
    assert_eq!(refusal("Dimas", "Umar Muda", young), expected);
}

#[test]
fn a_mentor_takes_no_more_than_he_said() {
    let mut desk = Desk::small(Language::Id);
    for (index, name) in ["Rafi", "Salman", "Taufik"].into_iter().enumerate() {
        desk.mentee(
            &format!("1/8/2026 12.0{index}"),
            &format!("{name} Lain"),
            "L",
            "2/12/2010",
            "X-1",
        );
        desk.consent("2/8/2026 19.00", &format!("{name} Lain"));
    }
    desk.screened("27/7/2026", "Ibrahim Malik");
    desk.turn();
    // Hasan takes five and has two.
    for name in ["Candra", "Dimas", "Rafi", "Salman"] {
        desk.decide(name, "", "Hasan");
    }
    let turn = desk.turn();
    assert_eq!(decided(&turn).len(), 3);
    assert_eq!(refused(&turn), [Refusal::Full]);
    assert_eq!(to_fix(&desk), ["Hasan: mentor ini tidak boleh membina adik ini: sudah penuh"]);
    assert_eq!(desk.groups()[0].split(", ").count(), 5);
}

#[test]
fn a_decision_is_about_what_was_shown_even_if_the_suggestion_has_changed() {
    let mut desk = desk();
    desk.decide("Candra", "Setuju", "");
    // Before the decision is read, another mentor becomes ready: the suggestions would be others
    // now.
    desk.screened("27/8/2026", "Ibrahim Malik");
    desk.decide("Kelompok Khadijah", "Setuju", "");
    desk.mentee("27/8/2026 12.00", "Hana Putri", "P", "30/6/2010", "X-3");
    desk.consent("27/8/2026 19.00", "Hana Putri");
    let turn = desk.turn();
    let made = [
        "accepted A4 M20 Al Fatih",
        "accepted A6 M22 Kelompok Khadijah",
        "accepted A7 M22 Kelompok Khadijah",
    ];
    assert_eq!(decided(&turn), made);
    let suggested = turn.events.iter().filter_map(|event| match event {
        Event::PlacementDecided(decision) => Some(decision.suggested.len()),
        _ => None,
    });
    assert_eq!(
        suggested.collect::<Vec<_>>(),
        [1, 1, 1],
        "the ledger keeps what had been suggested"
    );
    assert!(
        desk.suggested().iter().any(|line| line.starts_with("Hana")),
        "nobody joins whom the row did not name"
    );
}

#[test]
fn a_verdict_on_a_group_is_no_verdict_on_who_comes_later() {
    let mut desk = desk();
    let key_of_group = |desk: &mut Desk| {
        let rows = &desk.suggestions().rows;
        let row =
            rows.iter().find(|row| cell_at(row, GROUP).to_string() == "Kelompok Khadijah").unwrap();
        cell_at(row, KEY).to_string()
    };
    let before = key_of_group(&mut desk);
    desk.mentee("27/8/2026 12.00", "Hana Putri", "P", "30/6/2010", "X-3");
    desk.consent("27/8/2026 19.00", "Hana Putri");
    desk.turn();
    assert_ne!(
        key_of_group(&mut desk),
        before,
        "the row of a group with other members is another row"
    );
}

#[test]
fn a_sorted_tab_says_the_same_of_each_mentee() {
    let mut desk = desk();
    desk.decide("Candra", "Setuju", "");
    desk.decide("Gita", "Tolak", "");
    desk.suggestions().rows[3..].reverse();
    let mut made = decided(&desk.turn());
    made.sort_unstable();
    assert_eq!(made, ["accepted A4 M20 Al Fatih", "rejected A7 M22 -"]);
}

#[test]
fn between_two_seasons_a_decision_is_made_once_and_waits() {
    let mut desk = desk();
    desk.today = "2026-12-28".parse().unwrap();
    desk.turn();
    desk.decide("Candra", "Setuju", "");
    let as_it_stood = desk.ours.clone();
    assert_eq!(decided(&desk.turn()).len(), 1);
    desk.ours = as_it_stood;
    assert_eq!(decided(&desk.turn()), [""; 0]);
}

#[test]
fn a_code_outlives_a_slip_in_the_form_after_the_placement() {
    let mut desk = desk();
    desk.decide("Candra", "Setuju", "");
    desk.turn();
    desk.change("mentee_registration", 3, "phone", "rahasia");
    desk.turn();
    assert_eq!(desk.groups(), ["Al Fatih: Ahmad, Budi"]);
    desk.change("mentee_registration", 3, "phone", "0812-0000-0003");
    desk.turn();
    assert_eq!(desk.groups(), ["Al Fatih: Ahmad, Budi, Candra"]);
}

#[test]
fn a_verdict_that_is_neither_word_decides_nothing_and_is_to_be_mended() {
    let mut desk = desk();
    let rows = desk.suggestions().rows.len();
    for row in &mut desk.suggestions().rows[3..] {
        row.resize(row.len().max(OTHER + 1), Cell::Blank);
        row[VERDICT] = "nanti dulu".into();
    }
    let turn = desk.turn();
    assert_eq!((decided(&turn), refused(&turn)), (vec![], vec![Refusal::UnclearVerdict; 7]));
    assert_eq!(desk.suggestions().rows.len(), rows);
    assert!(
        desk.suggestions().rows[3..]
            .iter()
            .any(|row| cell_at(row, MENTEE).to_string().starts_with("Candra"))
    );
}

/// Takes a column out of the tab of suggestions, as somebody who deletes it does.
fn delete_column(desk: &mut Desk, title: &str) {
    let rows = &mut desk.suggestions().rows;
    let header = rows.iter().position(|row| cell_at(row, KEY).to_string() == "Kode").unwrap();
    let place = rows[header].iter().position(|cell| cell.to_string() == title).unwrap();
    for row in rows.iter_mut().filter(|row| place < row.len()) {
        row.remove(place);
    }
}

#[test]
fn a_table_without_one_of_its_columns_decides_nothing() {
    for title in ["Adik", "Keputusan", "Mentor lain", "Kelompok", "Mentor", "Jadwal"] {
        let mut desk = desk();
        desk.decide("Kelompok Khadijah", "Setuju", "");
        desk.decide("Candra", "Setuju", "");
        delete_column(&mut desk, title);
        let turn = desk.turn();
        assert_eq!(decided(&turn), [""; 0], "{title}");
        assert_eq!(refused(&turn), [Refusal::ColumnMissing], "{title}");
        let expected = "kolom ini tidak ada, jadi belum ada keputusan yang dibaca";
        assert_eq!(to_fix(&desk), [format!(": {expected}")], "{title}");
        let lead = desk.wanted("suggestions").rows[1].cells[0].value.to_string();
        assert!(lead.starts_with(&format!("Kolom {title} hilang atau berganda")), "{lead}");
    }
}

#[test]
fn a_column_that_stands_there_twice_decides_nothing() {
    let mut desk = desk();
    desk.decide("Candra", "Setuju", "");
    for row in desk.suggestions().rows.iter_mut().filter(|row| row.len() > VERDICT) {
        let copy = cell_at(row, VERDICT).clone();
        row.insert(VERDICT, copy);
    }
    let turn = desk.turn();
    assert_eq!((decided(&turn), refused(&turn)), (vec![], vec![Refusal::ColumnTwice]));
}

#[test]
fn a_column_that_was_dragged_elsewhere_is_read_by_its_title() {
    let mut desk = desk();
    desk.decide("Candra", "Setuju", "");
    for row in desk.suggestions().rows.iter_mut().filter(|row| row.len() > GROUP) {
        let group = row.remove(GROUP);
        row.insert(VERDICT, group);
    }
    assert_eq!(decided(&desk.turn()), ["accepted A4 M20 Al Fatih"]);
}

/// The names were sorted without their codes: nobody knows whom "Setuju" meant.
#[test]
fn a_row_whose_name_is_not_that_of_its_code_places_nobody_until_it_is_decided_anew() {
    let mut desk = desk();
    let rows = &mut desk.suggestions().rows;
    let of = |rows: &Vec<Vec<Cell>>, name: &str| {
        rows.iter().position(|row| cell_at(row, MENTEE).to_string().starts_with(name)).unwrap()
    };
    let (candra, dimas) = (of(rows, "Candra"), of(rows, "Dimas"));
    let name = rows[candra][MENTEE].clone();
    rows[candra][MENTEE] = rows[dimas][MENTEE].clone();
    rows[dimas][MENTEE] = name;
    rows[dimas].resize(11, Cell::Blank);
    rows[dimas][VERDICT] = "Setuju".into();
    for _ in 0..3 {
        let turn = desk.turn();
        assert_eq!((decided(&turn), refused(&turn)), (vec![], vec![Refusal::Disagrees]));
        assert_eq!(to_fix(&desk), ["Setuju: isi baris ini tidak cocok satu sama lain"]);
    }
    let rows = &mut desk.suggestions().rows;
    let row = rows.iter_mut().find(|row| cell_at(row, VERDICT).to_string() == "Setuju").unwrap();
    assert!(row[MENTEE].to_string().starts_with("Candra"), "it stands as it was read");
    row[VERDICT] = Cell::Blank;
    desk.turn();
    desk.decide("Dimas", "Setuju", "");
    assert_eq!(decided(&desk.turn()), ["accepted A5 M20 Al Fatih"]);
}

#[test]
fn a_member_whose_row_is_gone_is_not_placed_with_the_group() {
    let mut desk = desk();
    desk.decide("Kelompok Khadijah", "Setuju", "");
    desk.suggestions().rows.retain(|row| !cell_at(row, MENTEE).to_string().starts_with("Gita"));
    let turn = desk.turn();
    assert_eq!(decided(&turn), ["accepted A6 M22 Kelompok Khadijah"]);
    assert_eq!(refused(&turn), [Refusal::RowGone]);
}

#[test]
fn the_rows_of_a_group_need_not_stand_below_it() {
    let mut desk = desk();
    desk.decide("Kelompok Khadijah", "Setuju", "");
    desk.suggestions().rows[3..].reverse();
    let mut made = decided(&desk.turn());
    made.sort_unstable();
    let expected = ["accepted A6 M22 Kelompok Khadijah", "accepted A7 M22 Kelompok Khadijah"];
    assert_eq!(made, expected);
}

#[test]
fn more_placements_than_the_fuse_allows_wait_until_they_are_confirmed() {
    let mut desk = desk();
    desk.setting.config.most_placed = 1;
    for name in ["Candra", "Dimas", "Fatimah"] {
        desk.decide(name, "Setuju", "");
    }
    let turn = desk.turn();
    assert_eq!(decided(&turn), [""; 0]);
    let mass = turn.mass.unwrap();
    assert_eq!(mass.people, 3);
    let shown = |desk: &Desk| {
        let rows = &desk.wanted("suggestions").rows;
        rows.iter().find(|row| row.cells[KEY].value.to_string() == mass.key).cloned()
    };
    let row = shown(&desk).unwrap();
    let expected = "Menunggu kepastian: 3 adik akan ditempatkan sekaligus";
    assert_eq!(row.cells[MENTEE].value.to_string(), expected);
    assert_eq!(desk.turn().mass.as_ref(), Some(&mass), "it waits as long as it must");

    let rows = &mut desk.suggestions().rows;
    let row = rows.iter_mut().find(|row| cell_at(row, KEY).to_string() == mass.key).unwrap();
    row[VERDICT] = "Setuju".into();
    assert_eq!(decided(&desk.turn()).len(), 3);
    desk.turn();
    assert_eq!(shown(&desk), None);
}

#[test]
fn a_confirmation_is_of_exactly_what_was_shown() {
    let mut desk = desk();
    desk.setting.config.most_placed = 1;
    desk.decide("Candra", "Setuju", "");
    desk.decide("Dimas", "Setuju", "");
    let mass = desk.turn().mass.unwrap();
    let rows = &mut desk.suggestions().rows;
    let row = rows.iter_mut().find(|row| cell_at(row, KEY).to_string() == mass.key).unwrap();
    row[VERDICT] = "Setuju".into();
    desk.decide("Fatimah", "Setuju", "");
    let turn = desk.turn();
    assert_eq!((decided(&turn).len(), turn.mass.map(|mass| mass.people)), (0, Some(3)));
}
