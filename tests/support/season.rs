//! A small season: three mentors, nine mentees, one group. Told by what the people say; every
//! question that they leave open is answered by its form's first choice.

use chrono::{Days, NaiveDate, NaiveDateTime};
use halaqah::forms::Forms;
use halaqah::forms::definition::{Kind, Question};
use halaqah::table::{Cell, serial};

/// The forms that have a tab, in the order of their tabs.
pub const FORMS: [&str; 6] = [
    "mentee_registration",
    "guardian_consent",
    "mentor_application",
    "mentor_training",
    "placement_decision",
    "meeting_report",
];

/// A form's tab: its titles, then its rows.
pub struct Tab {
    /// The form.
    pub form: &'static str,
    /// Every row; the first has the titles.
    pub rows: Vec<Vec<Cell>>,
}

/// A mentee as they register.
pub struct Mentee {
    /// Their name.
    pub name: &'static str,
    /// `male` or `female`.
    pub gender: &'static str,
    /// Their class.
    pub class: &'static str,
    /// When they are free.
    pub slots: &'static str,
    /// Whether their guardian has agreed.
    pub consent: bool,
}

/// The three of the group Al-Fatih first; the others wait.
pub const MENTEES: [Mentee; 9] = [
    mentee("Ahmad Fauzan", "male", "X-1", "fri_afternoon", true),
    mentee("Bilal Ramadhan", "male", "X-1", "fri_afternoon, sat_morning", true),
    mentee("Cahyo Nugroho", "male", "X-2", "fri_afternoon", true),
    mentee("Dimas Prakoso", "male", "X-2", "sat_morning", true),
    mentee("Emir Salim", "male", "X-2", "sat_morning, fri_afternoon", true),
    mentee("Farhan Malik", "male", "X-3", "sat_morning", true),
    mentee("Ghina Azzahra", "female", "X-1", "wed_afternoon", true),
    mentee("Hana Salsabila", "female", "X-1", "wed_afternoon, sat_morning", true),
    mentee("Indah Permata", "female", "X-3", "wed_afternoon", false),
];

const fn mentee(
    name: &'static str,
    gender: &'static str,
    class: &'static str,
    slots: &'static str,
    consent: bool,
) -> Mentee {
    Mentee { name, gender, class, slots, consent }
}

/// Name, gender and slots of every mentor; all have passed every step.
const MENTORS: [(&str, &str, &str); 3] = [
    ("Umar Hakim", "male", "fri_afternoon"),
    ("Salman Yusuf", "male", "sat_morning"),
    ("Aisyah Rahma", "female", "wed_afternoon"),
];

const STEPS: [&str; 7] = [
    "identity",
    "reference",
    "interview",
    "reading_test",
    "code_of_ethics",
    "child_protection",
    "basic_training",
];

/// The whole season from its first day on, as the response tabs hold it.
pub fn tabs(start: NaiveDate) -> Vec<Tab> {
    let forms = Forms::load(|_| None).unwrap();
    let mut tabs: Vec<Tab> =
        FORMS.iter().map(|form| Tab { form, rows: vec![titles(&forms, form)] }).collect();
    let mut add = |form: &str, day: u64, answers: &[(&str, &str)]| {
        let tab = tabs.iter_mut().find(|tab| tab.form == form).unwrap();
        // No two responses come at one moment.
        let at = moment(start, day, 600 + 3 * tab.rows.len() as i64);
        tab.rows.push(row(&forms, form, at, answers));
    };
    for (index, (name, gender, slots)) in MENTORS.iter().enumerate() {
        let phone = format!("0812000000{index:02}");
        let born = day_in(start, -20 * 366);
        let answers = [
            ("full_name", *name),
            ("nickname", nickname(name)),
            ("gender", gender),
            ("birth_date", &born),
            ("phone", &phone),
            ("occupation", "undergraduate"),
            ("graduation_year", "2021"),
            ("slots", slots),
            ("max_mentees", "8"),
            ("reading_level", "tahsin"),
        ];
        add("mentor_application", 0, &answers);
    }
    for (name, _, _) in MENTORS {
        for (day, step) in (1..).zip(STEPS) {
            let on = day_in(start, day as i64);
            let answers = [
                ("mentor", name),
                ("step", step),
                ("date", &on),
                ("result", "passed"),
                ("hours", "4"),
            ];
            add("mentor_training", day, &answers);
        }
    }
    for (index, mentee) in MENTEES.iter().enumerate() {
        add_mentee(&mut add, start, index, mentee);
    }
    let formed = day_in(start, 14);
    let members = "Ahmad Fauzan, Bilal Ramadhan, Cahyo Nugroho";
    let answers = [
        ("action", "form_group"),
        ("group", "Al-Fatih"),
        ("mentor", "Umar Hakim"),
        ("members", members),
        ("date", &formed),
        ("weekly_slot", "fri_afternoon"),
    ];
    add("placement_decision", 14, &answers);
    for (week, present) in (2..).zip([members, members, "Ahmad Fauzan, Cahyo Nugroho", members]) {
        let friday = 7 * week + 4;
        let on = day_in(start, friday as i64);
        let answers = [
            ("group", "Al-Fatih"),
            ("date", on.as_str()),
            ("status", "held"),
            ("present", present),
            ("mood", "4"),
        ];
        add("meeting_report", friday, &answers);
    }
    tabs
}

fn add_mentee(
    add: &mut impl FnMut(&str, u64, &[(&str, &str)]),
    start: NaiveDate,
    index: usize,
    mentee: &Mentee,
) {
    let day = 3 + index as u64;
    add(
        "mentee_registration",
        day,
        &registration(start, index, mentee).each_ref().map(|(k, v)| (*k, v.as_str())),
    );
    if mentee.consent {
        add(
            "guardian_consent",
            day + 1,
            &[("child", mentee.name), ("relation", "mother"), ("consent", "granted")],
        );
    }
}

fn registration(start: NaiveDate, index: usize, mentee: &Mentee) -> [(&'static str, String); 8] {
    [
        ("full_name", mentee.name.to_owned()),
        ("nickname", nickname(mentee.name).to_owned()),
        ("gender", mentee.gender.to_owned()),
        ("birth_date", day_in(start, -15 * 366 - 30 * index as i64)),
        ("class_name", mentee.class.to_owned()),
        ("phone", format!("0811000000{index:02}")),
        ("slots", mentee.slots.to_owned()),
        ("guardian_phone", format!("0813000000{index:02}")),
    ]
}

/// The row of one more mentee who registers on a day of the season; `index` gives their phone and
/// birthday.
pub fn registration_row(start: NaiveDate, day: u64, index: usize, name: &'static str) -> Vec<Cell> {
    let newcomer = mentee(name, "male", "X-1", "sat_morning", false);
    let answers = registration(start, index, &newcomer);
    let answers = answers.each_ref().map(|(key, answer)| (*key, answer.as_str()));
    let forms = Forms::load(|_| None).unwrap();
    row(&forms, "mentee_registration", moment(start, day, 900 + index as i64), &answers)
}

fn nickname(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// A moment of the season: a day of it (0 is the first) and a minute of that day.
fn moment(start: NaiveDate, day: u64, minute: i64) -> NaiveDateTime {
    (start + Days::new(day)).and_hms_opt(0, 0, 0).unwrap() + chrono::TimeDelta::minutes(minute)
}

/// A day so many days after the first day of the season (before it, if negative).
fn day_in(start: NaiveDate, days: i64) -> String {
    (start + chrono::TimeDelta::days(days)).to_string()
}

fn titles(forms: &Forms, form: &str) -> Vec<Cell> {
    let questions = &forms.get(form).unwrap().definition.questions;
    let titles = questions.iter().map(|question| Cell::from(question.question.id.as_str()));
    [Cell::from("Timestamp")].into_iter().chain(titles).collect()
}

/// A response: the answers by question, choices by their codes.
fn row(forms: &Forms, form: &str, at: NaiveDateTime, answers: &[(&str, &str)]) -> Vec<Cell> {
    let questions = &forms.get(form).unwrap().definition.questions;
    for (key, _) in answers {
        assert!(questions.iter().any(|question| question.key == *key), "{form} does not ask {key}");
    }
    let answer = |question: &Question| {
        let given = answers.iter().find(|(key, _)| *key == question.key).map(|(_, answer)| *answer);
        given.map_or_else(|| unasked(question), |given| cell(question, given))
    };
    [Cell::Number(serial::of_moment(at))].into_iter().chain(questions.iter().map(answer)).collect()
}

/// What a person says where the test does not care.
fn unasked(question: &Question) -> Cell {
    if !question.required {
        return Cell::Blank;
    }
    match question.kind {
        Kind::Choice => label(question, &question.choices[0].code).into(),
        Kind::MultiChoice => {
            let ticks = usize::try_from(question.min.unwrap_or(1)).unwrap();
            let labels: Vec<&str> =
                question.choices[..ticks].iter().map(|choice| choice.id.as_str()).collect();
            labels.join(", ").as_str().into()
        }
        Kind::Text | Kind::Paragraph => "Secukupnya".into(),
        kind => panic!("{} ({kind:?}) needs an answer", question.key),
    }
}

fn cell(question: &Question, answer: &str) -> Cell {
    match question.kind {
        Kind::Choice | Kind::MultiChoice => answer
            .split(", ")
            .map(|code| label(question, code))
            .collect::<Vec<_>>()
            .join(", ")
            .as_str()
            .into(),
        Kind::Date => {
            let day: NaiveDate = answer.parse().unwrap();
            Cell::Number(serial::of_moment(day.and_hms_opt(0, 0, 0).unwrap()))
        }
        Kind::Scale | Kind::Integer | Kind::Number | Kind::Money => {
            Cell::Number(answer.parse().unwrap())
        }
        _ => answer.into(),
    }
}

fn label<'a>(question: &'a Question, code: &str) -> &'a str {
    let choice = question.choices.iter().find(|choice| choice.code == code);
    choice.map_or_else(
        || panic!("{} has no choice {code}", question.key),
        |choice| choice.id.as_str(),
    )
}
