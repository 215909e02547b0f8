//! What groups live through: meetings, taaruf, recitations, and what mentees and mentors think of
//! it.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::dates::{BEFORE, NOW, is_school_week};
use super::groups::{GROUPS, Group, Life};
use super::people::Mentee;
use super::sheet::{Answers, Sheet};

/// What a report says of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meeting {
    Held,
    Online,
    Cancelled(&'static str),
}

/// What a group's mentor reported of a week, if anything; `number` tells groups apart.
fn meeting(group: &Group, number: i64, week: i64) -> Option<Meeting> {
    let open = group.formed < week && group.closed.is_none_or(|(closed, _)| week < closed);
    if !open || !is_school_week(week) || week == 0 {
        return None;
    }
    match group.life {
        Life::NeverMet => {
            return (week == group.formed + 1).then_some(Meeting::Cancelled("mentor"));
        }
        Life::FaltersAfter(last) if week > last => return Some(Meeting::Cancelled("mentees")),
        Life::SilentAfter(last) if week > last => return None,
        Life::FaltersAfter(last) | Life::SilentAfter(last) if week == last => {
            return Some(Meeting::Held);
        }
        _ => {}
    }
    match (week * 5 + number * 3).rem_euclid(14) {
        0 if week < 9 => Some(Meeting::Cancelled("school")),
        1 => Some(Meeting::Online),
        2 if week < 9 => None,
        _ => Some(Meeting::Held),
    }
}

/// Every report: the group, the week, and what is said of it.
fn all_meetings() -> impl Iterator<Item = (&'static Group, i64, Meeting)> {
    GROUPS.iter().zip(0..).flat_map(|(group, number)| {
        (BEFORE..=NOW).filter_map(move |week| {
            meeting(group, number, week).map(|meeting| (group, week, meeting))
        })
    })
}

/// Who came, and who was excused.
fn attendance(
    sheet: &mut Sheet<'_>,
    group: &Group,
    week: i64,
) -> (Vec<&'static str>, Vec<&'static str>) {
    // In one group the names are typed, and people type nicknames.
    let name =
        |mentee: &Mentee| if group.name == "Ar-Rasyid" { mentee.nickname } else { mentee.name };
    let (mut present, mut excused) = (Vec::new(), Vec::new());
    for mentee in group.roster(week) {
        let stays_away = mentee.name == "Naufal Hakim" && week >= 8;
        if !stays_away && sheet.random.chance(84) {
            present.push(name(mentee));
        } else if !stays_away && sheet.random.chance(50) {
            excused.push(name(mentee));
        }
    }
    if present.is_empty() {
        present.extend(group.roster(week).first().map(|mentee| name(mentee)));
    }
    (present, excused)
}

/// `meeting_report`.
pub(super) fn reports(sheet: &mut Sheet<'_>) {
    for (group, week, meeting) in all_meetings() {
        let day = sheet.dates.day(week, group.weekday());
        let row = report(sheet, group, week, meeting);
        match (group.name, week) {
            // Told on paper; the coordinator typed it into the tab.
            ("Ar-Rasyid", 8) => sheet.type_in(day, row),
            // Sent, corrected, and sent again.
            ("Khadijah", 9) => {
                sheet.send_at(day, 14, row.clone());
                sheet.send_at(day + TimeDelta::days(1), 9, row.number("mood", 5));
            }
            _ if week < 9 && sheet.random.chance(15) => sheet.send(day + TimeDelta::days(5), row),
            _ => sheet.send_at(day, 19, row),
        }
    }
    sheet.copy_last(sheet.dates.day(9, 6));
}

fn report<'f>(sheet: &mut Sheet<'f>, group: &Group, week: i64, meeting: Meeting) -> Answers<'f> {
    let day = sheet.dates.day(week, group.weekday());
    let row = sheet.answers().text("group", group.name).day("date", day);
    let status = match meeting {
        Meeting::Cancelled(why) => {
            let needs: &[&str] =
                if group.life == Life::Lively { &[] } else { &["talk_to_coordinator"] };
            return row
                .choice("status", "cancelled")
                .choice("cancel_reason", why)
                .ticks("needs", needs);
        }
        Meeting::Online => "online",
        Meeting::Held => "held",
    };
    const LESSONS: [&str; 8] = [
        "Mengenal Allah",
        "Birrul walidain",
        "Menjaga shalat",
        "Adab berteman",
        "Syukur dan sabar",
        "Kisah Salman Al-Farisi",
        "Manajemen waktu pelajar",
        "Menjaga lisan di media sosial",
    ];
    let (mut present, excused) = attendance(sheet, group, week);
    if (group.name, week) == ("Ar-Rasyid", 10) {
        // Nobody of this name is known: a name to mend.
        present.push("Raka");
    }
    let agenda = sheet.some("agenda", 4);
    let row = row
        .choice("status", status)
        .choice("duration_min", if sheet.random.chance(70) { "90" } else { "60" })
        .names("present", &present)
        .names("excused", &excused)
        .ticks("agenda", &agenda)
        .text("lesson_title", LESSONS[week.rem_euclid(LESSONS.len() as i64) as usize])
        .number("mood", 3 + sheet.random.below(3) as i64);
    let row = match (meeting, sheet.random.below(10)) {
        (Meeting::Online, _) | (_, 0..=2) => row,
        // Money is typed as people write it.
        (_, 3) => row.text("donation", "15rb"),
        (_, 4) => row.text("donation", "Rp20.000"),
        (_, n) => row.number("donation", n as i64 * 4_000),
    };
    match (group.name, week) {
        ("Ar-Rasyid", 10) => {
            row.ticks("needs", &["mentee_missing"]).text("note", "Naufal sudah lama tidak datang.")
        }
        ("Aisyah", 11) => row.ticks("needs", &["funds"]),
        _ => row,
    }
}

/// `taaruf_record`: the first meeting of a group, to know one another.
pub(super) fn taaruf(sheet: &mut Sheet<'_>) {
    for group in GROUPS.iter().filter(|group| group.life != Life::NeverMet) {
        // One group took its time.
        let after = if group.name == "Aisyah" { 3 } else { 1 };
        let day = sheet.dates.day(group.formed + after, group.weekday());
        let present: Vec<&str> =
            group.roster(group.formed + after).iter().map(|mentee| mentee.name).collect();
        let activities = sheet.some("activities", 3);
        let row = sheet
            .answers()
            .text("group", group.name)
            .day("date", day)
            .names("present", &present)
            .ticks("activities", &activities)
            .choice("fixed_slot", group.slot)
            .text("goal", "Saling menjaga shalat dan menambah hafalan juz 30")
            .text(
                "agreement",
                "Datang tepat waktu; kabari kalau berhalangan; cerita di kelompok tidak keluar kelompok.",
            )
            .number("mood", 3 + sheet.random.below(3) as i64);
        sheet.send_at(day, 20, row);
    }
}

/// The last surahs of the Quran, in the order in which they are learnt.
const SURAHS: [&str; 14] = [
    "An-Nas",
    "Al-Falaq",
    "Al-Ikhlas",
    "Al-Lahab",
    "An-Nasr",
    "Al-Kafirun",
    "Al-Kausar",
    "Al-Ma'un",
    "Quraisy",
    "Al-Fil",
    "Al-Humazah",
    "Al-'Asr",
    "At-Takasur",
    "Al-Qari'ah",
];

/// `memorization_record`: at meetings some recite something new, or what they know.
pub(super) fn recitations(sheet: &mut Sheet<'_>) {
    let mut learnt: BTreeMap<&str, usize> = BTreeMap::new();
    let mut weeks: Vec<_> =
        all_meetings().filter(|(_, _, meeting)| *meeting == Meeting::Held).collect();
    weeks.sort_by_key(|(_, week, _)| *week);
    for (group, week, _) in weeks {
        let day = sheet.dates.day(week, group.weekday());
        for mentee in group.roster(week) {
            if !sheet.random.chance(45) {
                continue;
            }
            let known = learnt.entry(mentee.name).or_default();
            let kind = match sheet.random.below(10) {
                0..=2 if *known > 0 => "review",
                3 if *known > 2 => "exam",
                _ => "new",
            };
            let surah =
                if kind == "new" { *known } else { sheet.random.below(*known as u64) as usize };
            let Some(name) = SURAHS.get(surah) else { continue };
            let fluency = if sheet.random.chance(85) { "fluent" } else { "repeat" };
            if kind == "new" && fluency == "fluent" {
                *known += 1;
            }
            let row = sheet
                .answers()
                .text("mentee", mentee.name)
                .day("date", day)
                .choice("record_kind", kind)
                .text("surah", name)
                .number("ayah_from", 1)
                .choice("fluency", fluency);
            sheet.send_at(day, 20, row);
        }
    }
}

/// `mentee_feedback`: asked in week 8; how many of each group answered.
pub(super) fn mentee_feedback(sheet: &mut Sheet<'_>) {
    let answered: [(&str, u64, i64); 5] = [
        ("Al-Fatih", 5, 4),
        ("Ar-Rasyid", 5, 4),
        ("Khadijah", 6, 4),
        ("Aisyah", 6, 3),
        ("Umar bin Khattab", 3, 2),
    ];
    for (group, answers, level) in answered {
        for number in 0..answers {
            let mut row = sheet.answers().text("group", group);
            for question in ["listened", "safe", "relevant", "cohesion", "mentor_fit"] {
                row = row.number(question, level + sheet.random.below(2) as i64);
            }
            let troubled = group == "Aisyah" && number == 2;
            row = row
                .number("ignored", 5 - level + sheet.random.below(2) as i64)
                .number("recommend", 2 * level + sheet.random.below(3) as i64)
                .choice(
                    "next_season",
                    if sheet.random.chance(75) { "same_group" } else { "unsure" },
                )
                .choice("unsafe", if troubled { "contact_me" } else { "none" });
            if troubled {
                row = row.text("contact", "Lewat guru BK saja");
            }
            if number == 0 {
                row = row
                    .text("most_helpful", "Sesi cerita dan setoran hafalan.")
                    .text("improve", "Lebih banyak main bareng.");
            }
            sheet.send(sheet.dates.day(8, 3 + number as i64), row);
        }
    }
}

/// `mentor_feedback`: asked in week 8 too.
pub(super) fn mentor_feedback(sheet: &mut Sheet<'_>) {
    let answered = [
        ("Al-Fatih", 4, "same_group"),
        ("Ar-Rasyid", 4, "same_group"),
        ("Khadijah", 4, "same_group"),
        ("Aisyah", 4, "add_group"),
        ("Umar bin Khattab", 2, "unsure"),
    ];
    for (group, level, next) in answered {
        let mut row = sheet.answers().text("group", group);
        for question in ["enjoys", "mentee_fit", "openness", "supported", "training_helps"] {
            row = row.number(question, level + sheet.random.below(2) as i64);
        }
        row = row
            .number("no_time", 6 - level - sheet.random.below(2) as i64)
            .number("recommend", 2 * level + sheet.random.below(3) as i64)
            .choice("next_season", next)
            .text("training_needed", "Cara menghidupkan diskusi");
        sheet.send(sheet.dates.day(8, 5), row);
    }
}
