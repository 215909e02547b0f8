//! Who there is: every mentee with the way taken through the groups, and every mentor. All of them
//! are invented.

use super::dates::BEFORE;
use crate::ledger::codes::Gender;

/// What a guardian answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// Yes, some days after the registration.
    Yes,
    /// No.
    No,
    /// Nothing yet.
    Silent,
    /// Nobody is asked: the mentee is an adult.
    Adult,
}

/// Membership in a group from a week on, until the next one, the group's closing or leaving.
pub(super) type Stay = (&'static str, i64);

/// One mentee.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mentee {
    pub(super) name: &'static str,
    pub(super) nickname: &'static str,
    pub(super) class: &'static str,
    /// The weeks in which the mentee registered, in order.
    pub(super) registered: &'static [i64],
    /// The groups, in order.
    pub(super) stays: &'static [Stay],
    /// Weekly slots beside that of the last group.
    pub(super) slots: &'static [&'static str],
    pub(super) consent: Consent,
}

impl Mentee {
    const fn slots(mut self, slots: &'static [&'static str]) -> Self {
        self.slots = slots;
        self
    }

    const fn consent(mut self, consent: Consent) -> Self {
        self.consent = consent;
        self
    }
}

/// Registered for this season.
const NEW: &[i64] = &[0];
/// Registered for both seasons.
const BOTH: &[i64] = &[BEFORE, 0];
/// Registered for the season before only.
const GONE: &[i64] = &[BEFORE];

const fn mentee(
    name: &'static str,
    nickname: &'static str,
    class: &'static str,
    registered: &'static [i64],
    stays: &'static [Stay],
) -> Mentee {
    Mentee { name, nickname, class, registered, stays, slots: &[], consent: Consent::Yes }
}

/// The boys.
pub(super) const IKHWAN: &[Mentee] = &[
    mentee("Ahmad Fauzan Ramadhan", "Fauzan", "XI IPA 1", BOTH, &[("Al-Fatih", -25)]),
    mentee("Muhammad Ilham Pratama", "Ilham", "XI IPA 1", BOTH, &[("Al-Fatih", -25)]),
    mentee("Rafi Akbar Maulana", "Rafi", "XI IPA 2", BOTH, &[("Al-Fatih", -25)]),
    mentee("Bagas Setiawan", "Bagas", "XI IPA 2", BOTH, &[("Al-Fatih", -25)]),
    mentee("Yusuf Habibie", "Yusuf", "XI IPS 1", BOTH, &[("Al-Fatih", -25)]),
    mentee("Galang Wicaksono", "Galang", "XI IPS 1", BOTH, &[("Al-Fatih", -25)]),
    mentee("Arif Budiman", "Arif", "XII IPA 1", GONE, &[("Al-Fatih", -25)]),
    mentee("Teguh Prasetyo", "Teguh", "XII IPA 3", GONE, &[("Al-Fatih", -25)]),
    mentee("Dzaky Alfarizi", "Dzaky", "XI IPS 2", BOTH, &[("Usamah", -25), ("Ar-Rasyid", 1)]),
    mentee("Naufal Hakim", "Naufal", "XI IPS 2", BOTH, &[("Usamah", -25), ("Ar-Rasyid", 1)]),
    mentee("Reza Firmansyah", "Reza", "XI IPA 3", BOTH, &[("Usamah", -25), ("Ar-Rasyid", 2)]),
    mentee("Kevin Ardiansyah", "Kevin", "XI IPS 3", GONE, &[("Usamah", -25)]),
    mentee("Doni Kurniawan", "Doni", "XI IPS 3", GONE, &[("Usamah", -24)]),
    mentee("Zidan Hidayatullah", "Zidan", "X-1", NEW, &[("Ar-Rasyid", 1)]),
    mentee("Farel Nugroho", "Farel", "X-1", NEW, &[("Ar-Rasyid", 1)]).consent(Consent::Silent),
    mentee("Alif Rahmatullah", "Alif", "X-2", &[1], &[("Umar bin Khattab", 2), ("Ar-Rasyid", 5)]),
    mentee("Hafiz Maulana Ibrahim", "Hafiz", "X-2", &[1], &[("Umar bin Khattab", 2)]),
    mentee("Daffa Oktavian", "Daffa", "X-2", &[1], &[("Umar bin Khattab", 2)]),
    mentee("Raihan Saputra", "Raihan", "X-3", &[1], &[("Umar bin Khattab", 2)]),
    mentee("Fikri Ramdani", "Fikri", "X-3", &[1], &[("Umar bin Khattab", 2)]),
    mentee("Ikhsan Wijaya", "Ikhsan", "X-3", &[2], &[("Umar bin Khattab", 4)]),
    mentee("Gibran Alamsyah", "Gibran", "X-4", &[5], &[("Bilal", 9)]),
    mentee("Adnan Syahputra", "Adnan", "X-4", &[5], &[("Bilal", 9)]),
    mentee("Bintang Mahendra", "Bintang", "X-4", &[6], &[("Bilal", 9)]),
    mentee("Rangga Aditya", "Rangga", "X-5", &[6], &[("Bilal", 9)]),
    mentee("Satria Wibowo", "Satria", "X-5", &[7], &[("Bilal", 9)]),
    mentee("Fadhil Anwar", "Fadhil", "X-5", &[7], &[]).slots(&["sat_morning", "mon_afternoon"]),
    mentee("Irfan Zulkarnain", "Irfan", "X-5", &[8], &[]).slots(&["sat_morning", "thu_afternoon"]),
    mentee("Luthfi Azhari", "Luthfi", "X-6", &[8], &[]).slots(&["sat_morning"]),
    mentee("Nizar Fathurrahman", "Nizar", "X-6", &[9], &[])
        .slots(&["sat_morning", "mon_afternoon"]),
    mentee("Omar Syafiq", "Omar", "X-6", &[9], &[]).slots(&["sat_morning"]),
    mentee("Panji Laksana", "Panji", "X-7", &[10], &[]).slots(&["sat_morning", "thu_afternoon"]),
    mentee("Rizal Effendi", "Rizal", "XII IPS 1", &[9], &[])
        .slots(&["fri_afternoon"])
        .consent(Consent::Adult),
    mentee("Taufiq Ismail Hasan", "Taufiq", "X-7", &[9], &[])
        .slots(&["sat_morning"])
        .consent(Consent::Silent),
];

/// The girls.
pub(super) const AKHWAT: &[Mentee] = &[
    mentee("Aisyah Putri Lestari", "Aisyah", "XI IPA 1", BOTH, &[("Fatimah", -25)]),
    mentee("Nadia Khairunnisa", "Nadia", "XI IPA 1", BOTH, &[("Fatimah", -25)]),
    mentee("Rahma Aulia Safitri", "Rahma", "XI IPA 2", BOTH, &[("Fatimah", -25)]),
    mentee("Hana Zahira", "Hana", "XI IPA 2", BOTH, &[("Fatimah", -25)]),
    mentee("Intan Permatasari", "Intan", "XI IPS 1", BOTH, &[("Fatimah", -25)]),
    mentee("Wulan Ramadhani", "Wulan", "XI IPS 2", BOTH, &[("Fatimah", -24)]),
    mentee("Sri Rahayu Ningsih", "Ayu", "XII IPA 2", GONE, &[("Fatimah", -25)]),
    mentee("Salma Nurfadilah", "Salma", "X-1", NEW, &[("Khadijah", 1)]),
    mentee("Zahra Amelia", "Zahra", "X-1", NEW, &[("Khadijah", 1)]),
    mentee("Keisha Maharani", "Keisha", "X-1", NEW, &[("Khadijah", 1)]),
    mentee("Najwa Syahira", "Najwa", "X-2", NEW, &[("Khadijah", 1)]),
    mentee("Alya Ramadhanti", "Alya", "X-2", NEW, &[("Khadijah", 1)]),
    mentee("Tiara Anggraini", "Tiara", "X-2", &[1], &[("Khadijah", 2)]),
    mentee("Putri Handayani", "Putri", "X-3", NEW, &[("Khadijah", 1), ("Aisyah", 4)]),
    mentee("Syifa Aulianisa", "Syifa", "X-3", &[1], &[("Aisyah", 2)]),
    mentee("Dinda Kusumawati", "Dinda", "X-3", &[1], &[("Aisyah", 2)]),
    mentee("Laila Mufidah", "Laila", "X-4", &[1], &[("Aisyah", 2)]),
    mentee("Maryam Azzahra", "Maryam", "X-4", &[1], &[("Aisyah", 2)]),
    mentee("Nabilla Yuniar", "Bila", "X-4", &[1], &[("Aisyah", 2)]),
    mentee("Ratna Sari Dewi", "Ratna", "X-5", &[1], &[("Aisyah", 2)]),
    mentee("Fitri Wahyuni", "Fitri", "X-5", &[2], &[("Aisyah", 4)]),
    mentee("Anisa Rizkiani", "Anisa", "X-5", &[7], &[]).slots(&["fri_midday"]),
    mentee("Cahya Maulida", "Cahya", "X-5", &[8], &[]).slots(&["fri_midday", "wed_afternoon"]),
    mentee("Farah Nuraini", "Farah", "X-6", &[9], &[]).slots(&["wed_afternoon"]),
    mentee("Ghina Salsabila Haq", "Ghina", "X-6", &[10], &[]).slots(&["fri_midday", "sun_morning"]),
    mentee("Husna Labibah", "Husna", "X-6", &[10], &[]).slots(&["wed_afternoon"]),
    mentee("Jihan Fakhira", "Jihan", "X-7", &[9], &[])
        .slots(&["fri_midday"])
        .consent(Consent::Silent),
    mentee("Kirana Dewanti", "Kirana", "X-7", &[10], &[])
        .slots(&["wed_afternoon"])
        .consent(Consent::Silent),
    mentee("Mutiara Hasanah", "Tia", "X-7", &[11], &[])
        .slots(&["tue_afternoon"])
        .consent(Consent::Silent),
    mentee("Olivia Rahmadani", "Oliv", "X-7", &[9], &[])
        .slots(&["fri_midday"])
        .consent(Consent::No),
];

/// Every mentee with the gender and a number that is nobody else's.
pub(super) fn mentees() -> impl Iterator<Item = (Gender, usize, &'static Mentee)> {
    let boys = IKHWAN.iter().map(|mentee| (Gender::Male, mentee));
    let girls = AKHWAT.iter().map(|mentee| (Gender::Female, mentee));
    boys.chain(girls).zip(1..).map(|((gender, mentee), number)| (gender, number, mentee))
}

/// How far the screening of a mentor has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Screening {
    /// Ready since the season before.
    Before,
    /// Ready since the first week of this one.
    Ready,
    /// In the middle of it.
    Underway,
    /// Only applied.
    Applied,
}

/// One mentor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mentor {
    pub(super) name: &'static str,
    pub(super) nickname: &'static str,
    pub(super) gender: Gender,
    pub(super) age: i32,
    pub(super) occupation: &'static str,
    pub(super) institution: &'static str,
    pub(super) max_mentees: &'static str,
    pub(super) slots: &'static [&'static str],
    pub(super) screening: Screening,
    /// Days since the last supervision, if there was one.
    pub(super) supervised_days_ago: Option<u64>,
}

/// The mentors.
pub(super) const MENTORS: &[Mentor] = &[
    Mentor {
        name: "Fajar Hidayat",
        nickname: "Fajar",
        gender: Gender::Male,
        age: 22,
        occupation: "undergraduate",
        institution: "Universitas Nusantara",
        max_mentees: "10",
        slots: &["fri_midday", "sat_afternoon"],
        screening: Screening::Before,
        supervised_days_ago: Some(9),
    },
    Mentor {
        name: "Rizky Ananda Putra",
        nickname: "Rizky",
        gender: Gender::Male,
        age: 23,
        occupation: "undergraduate",
        institution: "Institut Teknologi Nusantara",
        max_mentees: "10",
        slots: &["fri_afternoon", "tue_afternoon"],
        screening: Screening::Before,
        supervised_days_ago: Some(16),
    },
    Mentor {
        name: "Hanif Abdurrahman",
        nickname: "Hanif",
        gender: Gender::Male,
        age: 21,
        occupation: "undergraduate",
        institution: "Universitas Nusantara",
        max_mentees: "8",
        slots: &["wed_afternoon"],
        screening: Screening::Ready,
        supervised_days_ago: Some(36),
    },
    Mentor {
        name: "Dimas Prabowo",
        nickname: "Dimas",
        gender: Gender::Male,
        age: 27,
        occupation: "working",
        institution: "Alumni angkatan pertama",
        max_mentees: "16",
        slots: &["sat_morning", "sun_morning"],
        screening: Screening::Ready,
        supervised_days_ago: Some(20),
    },
    Mentor {
        name: "Nabila Rahmawati",
        nickname: "Nabila",
        gender: Gender::Female,
        age: 22,
        occupation: "undergraduate",
        institution: "Universitas Nusantara",
        max_mentees: "10",
        slots: &["fri_midday", "sat_morning"],
        screening: Screening::Ready,
        supervised_days_ago: Some(9),
    },
    Mentor {
        name: "Salsabila Kartika",
        nickname: "Salsa",
        gender: Gender::Female,
        age: 24,
        occupation: "working",
        institution: "Alumni angkatan ketiga",
        max_mentees: "10",
        slots: &["wed_afternoon", "thu_afternoon"],
        screening: Screening::Ready,
        supervised_days_ago: Some(23),
    },
    Mentor {
        name: "Aulia Rahman Siregar",
        nickname: "Aulia",
        gender: Gender::Female,
        age: 23,
        occupation: "undergraduate",
        institution: "Institut Teknologi Nusantara",
        max_mentees: "8",
        slots: &["thu_afternoon"],
        screening: Screening::Before,
        supervised_days_ago: None,
    },
    Mentor {
        name: "Dewi Larasati",
        nickname: "Dewi",
        gender: Gender::Female,
        age: 21,
        occupation: "undergraduate",
        institution: "Universitas Nusantara",
        max_mentees: "8",
        slots: &["tue_afternoon", "sat_morning"],
        screening: Screening::Underway,
        supervised_days_ago: None,
    },
    Mentor {
        name: "Ivan Gunawan Saleh",
        nickname: "Ivan",
        gender: Gender::Male,
        age: 25,
        occupation: "working",
        institution: "Alumni angkatan kedua",
        max_mentees: "5",
        slots: &["sat_afternoon"],
        screening: Screening::Applied,
        supervised_days_ago: None,
    },
];

/// An invented number; each kind of people has a hundred of its own.
pub(super) fn phone(kind: u32, number: usize) -> String {
    format!("0811-0000-{:04}", kind * 100 + number as u32)
}
