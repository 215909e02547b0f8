//! Mentees come in: contacts before they register, registrations, and what their guardians say.

use chrono::{NaiveDate, TimeDelta};

use super::dates::Dates;
use super::groups::slot_of;
use super::people::{Consent, Mentee, mentees, phone};
use super::sheet::{Answers, Sheet};
use crate::ledger::codes::{Code, Gender};

/// The hundreds of the invented phone numbers.
const MENTEE_PHONES: u32 = 1;
const GUARDIAN_PHONES: u32 = 3;
const PROSPECT_PHONES: u32 = 5;

/// Registrations that somebody has to mend: the date of birth or the phone number cannot be.
const TO_MEND: &[(&str, &str, Gender, &str, &str, i64)] = &[
    ("Yoga Pranata", "Yoga", Gender::Male, "31/02/2010", "0811-0000-0591", 10),
    ("Vina Melati", "Vina", Gender::Female, "", "0811-00", 11),
];

/// The day on which a mentee registered in a week.
fn registered_on(dates: &Dates, number: usize, week: i64) -> NaiveDate {
    dates.day(week, (number % 5) as i64)
}

/// A school boy or girl of 15 or 16, or an adult.
fn born_on(dates: &Dates, number: usize, mentee: &Mentee) -> NaiveDate {
    let years = match mentee.consent {
        Consent::Adult => 19,
        _ if mentee.class.starts_with('X') && mentee.class.contains('-') => 15,
        _ => 16,
    };
    dates.birthday(years, (number % 12) as u32 + 1, (number * 7 % 28) as u32 + 1)
}

/// A guardian's name, with that of the child.
fn guardian(mentee: &Mentee, number: usize) -> String {
    let family = mentee.name.rsplit(' ').next().unwrap_or(mentee.name);
    let title = if number.is_multiple_of(2) { "Ibu" } else { "Bapak" };
    format!("{title} {family}")
}

/// `mentee_registration`.
pub(super) fn registrations(sheet: &mut Sheet<'_>) {
    for (gender, number, mentee) in mentees() {
        for (turn, week) in mentee.registered.iter().enumerate() {
            let day = registered_on(&sheet.dates, number, *week);
            let row = registration(sheet, gender, number, mentee, turn > 0);
            sheet.send(day, row);
        }
        if mentee.name == "Luthfi Azhari" {
            // Registered twice: the second time with one more slot.
            let row = registration(sheet, gender, number, mentee, false);
            let day =
                registered_on(&sheet.dates, number, mentee.registered[0]) + TimeDelta::days(6);
            sheet.send(day, row.ticks("slots", &["sat_morning", "thu_afternoon"]));
        }
    }
    let example = &super::people::IKHWAN[26];
    for (name, nickname, gender, birth_date, wrong_phone, week) in TO_MEND {
        let mut row = registration(sheet, *gender, 90, example, false);
        row = row.text("full_name", name).text("nickname", nickname).text("phone", wrong_phone);
        if !birth_date.is_empty() {
            row = row.text("birth_date", birth_date);
        }
        sheet.send(sheet.dates.day(*week, 1), row);
    }
}

fn registration<'f>(
    sheet: &mut Sheet<'f>,
    gender: Gender,
    number: usize,
    mentee: &Mentee,
    again: bool,
) -> Answers<'f> {
    let mut slots: Vec<&str> = mentee.slots.to_vec();
    slots.extend(mentee.stays.last().and_then(|(group, _)| slot_of(group)));
    if let [slot] = slots[..] {
        slots.extend(
            sheet
                .some("slots", 1)
                .into_iter()
                .filter(|other| *other != slot && !mentee.stays.is_empty()),
        );
    }
    let interests = interests(sheet, number);
    let dislikes: Vec<&str> = sheet
        .some("dislikes", 1)
        .into_iter()
        .filter(|dislike| !interests.contains(dislike))
        .collect();
    let expectations = sheet.some("expectations", 2);
    let friend = friend_of(mentee).filter(|_| sheet.random.chance(40)).unwrap_or_default();
    let source = if again { "returning" } else { source(sheet) };
    let mut row = sheet
        .answers()
        .text("full_name", mentee.name)
        .text("nickname", mentee.nickname)
        .choice("gender", gender.code())
        .day("birth_date", born_on(&sheet.dates, number, mentee))
        .text("class_name", mentee.class)
        .text("phone", &phone(MENTEE_PHONES, number))
        .ticks("slots", &slots)
        .ticks("interests", &interests)
        .ticks("dislikes", &dislikes)
        .ticks("expectations", &expectations)
        .choice("source", source)
        .text("preferred_friend", friend)
        .text("guardian_name", &guardian(mentee, number))
        .text("guardian_phone", &phone(GUARDIAN_PHONES, number))
        .all_ticks("self_consent");
    for question in [
        "conversation_style",
        "study_approach",
        "preferred_mentor",
        "reading_level",
        "memorization_level",
    ] {
        row = row.choice(question, sheet.any(question));
    }
    if sheet.random.chance(60) { row.ticks("extra_consent", &["photo"]) } else { row }
}

/// Three interests, two of which classmates tend to share.
fn interests(sheet: &mut Sheet<'_>, number: usize) -> Vec<&'static str> {
    const CIRCLES: [[&str; 3]; 4] = [
        ["football", "gaming", "volunteering"],
        ["reading_writing", "design_photo_video", "nasheed_arts"],
        ["science_technology", "gaming", "reading_writing"],
        ["outdoors", "volunteering", "football"],
    ];
    let circle = CIRCLES[number / 3 % CIRCLES.len()];
    let extra =
        sheet.random.one_of(&["business", "other_sports", "cooking_crafts", "debate_organization"]);
    let mut interests = circle[..2 + sheet.random.below(2) as usize].to_vec();
    interests.push(extra);
    interests
}

/// Somebody of the same class, by the full name.
fn friend_of(mentee: &Mentee) -> Option<&'static str> {
    let same_list = |list: &'static [Mentee]| {
        list.iter().any(|other| other.name == mentee.name).then_some(list)
    };
    let list = same_list(super::people::IKHWAN).or_else(|| same_list(super::people::AKHWAT))?;
    list.iter()
        .find(|other| other.class == mentee.class && other.name != mentee.name)
        .map(|other| other.name)
}

/// Where they heard of it: most at the orientation days and from friends.
fn source(sheet: &mut Sheet<'_>) -> &'static str {
    const SOURCES: [&str; 9] = [
        "orientation_demo",
        "orientation_demo",
        "orientation_demo",
        "orientation_demo",
        "friend",
        "friend",
        "social_media",
        "teacher",
        "flyer",
    ];
    sheet.random.one_of(&SOURCES)
}

/// `guardian_consent`.
pub(super) fn consents(sheet: &mut Sheet<'_>) {
    for (_, number, mentee) in mentees() {
        let answer = match mentee.consent {
            Consent::Yes => "granted",
            Consent::No => "refused",
            Consent::Silent | Consent::Adult => continue,
        };
        let week = mentee.registered[0];
        let day =
            registered_on(&sheet.dates, number, week) + TimeDelta::days(1 + (number % 3) as i64);
        let extra: &[&str] =
            if answer == "granted" && sheet.random.chance(70) { &["photo"] } else { &[] };
        // Most links carry the name; some guardians are asked by the child's number.
        let child = if number.is_multiple_of(4) {
            phone(MENTEE_PHONES, number)
        } else {
            mentee.name.to_owned()
        };
        let row = sheet
            .answers()
            .text("child", &child)
            .text("guardian_name", &guardian(mentee, number))
            .choice("relation", if number.is_multiple_of(2) { "mother" } else { "father" })
            .choice("consent", answer)
            .ticks("extra_consent", extra);
        sheet.send(day, row);
    }
}

/// `mentee_follow_up`: some of those spoken to registered afterwards.
pub(super) fn follow_ups(sheet: &mut Sheet<'_>) {
    for (_, number, mentee) in
        mentees().filter(|(_, number, mentee)| mentee.registered[0] > 4 && number % 2 == 0)
    {
        let week = mentee.registered[0];
        for (week, result) in
            [(week - 2, "interested"), (week - 1, "undecided"), (week, "registered")]
        {
            if result == "undecided" && sheet.random.chance(50) {
                continue;
            }
            let day = sheet.dates.day(week, 0);
            let channel = sheet.any("channel");
            let row = contact(sheet, mentee.name, &phone(MENTEE_PHONES, number), day, result)
                .choice("channel", channel);
            sheet.send(day, row);
        }
    }
    let prospects = [
        ("Bayu Anggara", 4, "interested"),
        ("Citra Melinda", 5, "declined"),
        ("Eka Prasetya", 8, "unreachable"),
        ("Gita Savitri", 10, "undecided"),
        ("Hendra Wijaksana", 11, "interested"),
    ];
    for (number, (name, week, result)) in prospects.into_iter().enumerate() {
        let day = sheet.dates.day(week, 3);
        let channel = sheet.any("channel");
        let row = contact(sheet, name, &phone(PROSPECT_PHONES, number), day, result)
            .choice("channel", channel);
        sheet.send(day, row);
    }
}

fn contact<'f>(
    sheet: &Sheet<'f>,
    name: &str,
    phone: &str,
    day: NaiveDate,
    result: &str,
) -> Answers<'f> {
    sheet
        .answers()
        .text("name", name)
        .text("phone", phone)
        .day("date", day)
        .choice("result", result)
        .text("officer", "Seksi kaderisasi")
}
