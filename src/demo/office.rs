//! What the organisers keep: requests for support, money, promotion, partners, documents.

use chrono::{NaiveDate, TimeDelta};

use super::dates::BEFORE;
use super::sheet::{Answers, Sheet};

/// A request for support: who asks, what for, days ago, urgency in days, rupiah, and what became of
/// it: days later, the status, rupiah paid.
struct Request {
    mentor: &'static str,
    group: &'static str,
    kind: &'static str,
    days_ago: u64,
    urgency: &'static str,
    cost: i64,
    story: &'static str,
    answers: &'static [(i64, &'static str, i64)],
}

const REQUESTS: &[Request] = &[
    Request {
        mentor: "Fajar Hidayat",
        group: "Al-Fatih",
        kind: "visit_sick",
        days_ago: 66,
        urgency: "7",
        cost: 75_000,
        story: "Menjenguk adik yang dirawat",
        answers: &[(2, "resolved", 70_000)],
    },
    Request {
        mentor: "Nabila Rahmawati",
        group: "Khadijah",
        kind: "birthday_gift",
        days_ago: 50,
        urgency: "30",
        cost: 50_000,
        story: "Hadiah milad sederhana",
        answers: &[(6, "resolved", 45_000)],
    },
    Request {
        mentor: "Rizky Ananda Putra",
        group: "Ar-Rasyid",
        kind: "books",
        days_ago: 41,
        urgency: "30",
        cost: 240_000,
        story: "Enam modul pekanan",
        answers: &[(9, "resolved", 240_000)],
    },
    Request {
        mentor: "Hanif Abdurrahman",
        group: "Umar bin Khattab",
        kind: "mentor_personal",
        days_ago: 25,
        urgency: "1",
        cost: 0,
        story: "Minta dihubungi",
        answers: &[(0, "acknowledged", 0), (3, "resolved", 0)],
    },
    Request {
        mentor: "Salsabila Kartika",
        group: "Aisyah",
        kind: "refreshments",
        days_ago: 16,
        urgency: "7",
        cost: 100_000,
        story: "Masak bersama di akhir pekan",
        answers: &[],
    },
    Request {
        mentor: "Dimas Prabowo",
        group: "Bilal",
        kind: "transport",
        days_ago: 12,
        urgency: "30",
        cost: 60_000,
        story: "Ongkos dari luar kota",
        answers: &[(4, "declined", 0)],
    },
    Request {
        mentor: "Fajar Hidayat",
        group: "Al-Fatih",
        kind: "achievement_gift",
        days_ago: 3,
        urgency: "30",
        cost: 80_000,
        story: "Juara lomba tahfizh",
        answers: &[],
    },
];

/// `support_request`.
pub(super) fn support_requests(sheet: &mut Sheet<'_>) {
    for request in REQUESTS {
        let personal = request.kind == "mentor_personal";
        let mut row = sheet
            .answers()
            .text("mentor", request.mentor)
            .text("group", request.group)
            .choice("support_kind", request.kind)
            .choice("urgency_days", request.urgency)
            .text("story", request.story)
            .choice("readers", if personal { "coordinator" } else { "core_team" });
        if request.cost > 0 {
            row = row.number("estimated_cost", request.cost);
        }
        sheet.send_at(sheet.dates.days_ago(request.days_ago), 9, row);
    }
}

/// `support_follow_up`.
pub(super) fn support_follow_ups(sheet: &mut Sheet<'_>) {
    for request in REQUESTS {
        let asked = sheet.dates.days_ago(request.days_ago);
        for (later, status, paid) in request.answers {
            let day = asked + TimeDelta::days(*later);
            let mut row = sheet
                .answers()
                .text("mentor", request.mentor)
                .day("request_date", asked)
                .choice("support_kind", request.kind)
                .day("date", day)
                .choice("status", status)
                .text("handled_by", "Koordinator mentoring");
            if *paid > 0 {
                row = row.number("amount_paid", *paid);
            }
            sheet.send_at(day, 17, row);
        }
    }
}

/// The plan of the season: category, week in which it is carried out, rupiah.
const PLANS: &[(&str, i64, i64)] = &[
    ("promotion", 0, 400_000),
    ("modules", 1, 500_000),
    ("training", 5, 600_000),
    ("refreshments", 2, 150_000),
    ("refreshments", 6, 150_000),
    ("refreshments", 10, 150_000),
    ("visits", 2, 100_000),
    ("visits", 8, 100_000),
    ("gifts", 8, 200_000),
    ("activities", 11, 500_000),
    ("activities", 17, 1_500_000),
];

/// What was spent: category, week, rupiah, fund, description.
const EXPENSES: &[(&str, i64, i64, &str, &str)] = &[
    ("promotion", 0, 285_000, "treasury", "Cetak flyer dan spanduk"),
    ("promotion", 1, 190_000, "treasury", "Stan demo ekskul"),
    ("modules", 2, 480_000, "alumni", "Modul semester ini"),
    ("visits", 3, 70_000, "group_donations", "Buah tangan menjenguk"),
    ("training", 5, 585_000, "school", "Pelatihan mentor lanjutan"),
    ("gifts", 5, 45_000, "group_donations", "Hadiah milad"),
    ("refreshments", 5, 210_000, "treasury", "Konsumsi pertemuan gabungan"),
    ("modules", 8, 240_000, "alumni", "Enam modul tambahan"),
    ("refreshments", 9, 265_000, "treasury", "Konsumsi rapat mentor"),
    ("operations", 10, 35_000, "treasury", "Fotokopi dan alat tulis"),
];

/// What came in: week, rupiah, fund, description.
const INCOME: &[(i64, i64, &str, &str)] = &[
    (0, 750_000, "school", "Dana kegiatan semester dari sekolah"),
    (1, 1_000_000, "alumni", "Iuran alumni"),
    (4, 215_000, "group_donations", "Infaq kelompok bulan pertama"),
    (8, 260_000, "group_donations", "Infaq kelompok bulan kedua"),
    (9, 300_000, "sponsor", "Sumbangan toko buku"),
];

/// `finance_record`.
pub(super) fn finance(sheet: &mut Sheet<'_>) {
    let decided = sheet.dates.day(0, 0);
    for (category, week, amount) in PLANS {
        let description = format!("Rencana pekan ke-{}", week + 1);
        let row = record(sheet, "plan", sheet.dates.day(*week, 0), *amount, &description);
        sheet.send_at(decided, 16, row.choice("category", category).choice("fund", "treasury"));
    }
    for (category, week, amount, fund, description) in EXPENSES {
        let day = sheet.dates.day(*week, 4);
        let mut row =
            record(sheet, "expense", day, *amount, description).choice("category", category);
        if sheet.random.chance(60) {
            row = row.text("receipt", "https://drive.example.org/nota");
        }
        sheet.send(day + TimeDelta::days(1), row.choice("fund", fund));
    }
    // A source of funds that the form does not offer: a row to mend.
    let day = sheet.dates.day(11, 3);
    let row =
        record(sheet, "expense", day, 40_000, "Ongkos narasumber").choice("category", "transport");
    sheet.send(day, row.text("fund", "talangan bendahara"));
    for (week, amount, fund, description) in INCOME {
        let day = sheet.dates.day(*week, 3);
        let row = record(sheet, "income", day, *amount, description).choice("category", "other");
        sheet.send(day, row.choice("fund", fund));
    }
    for (week, amount, kind, description) in [
        (0, 500_000, "income", "Dana sekolah musim lalu"),
        (6, 320_000, "expense", "Konsumsi musim lalu"),
    ] {
        let day = sheet.dates.day(BEFORE + week, 2);
        let row = record(sheet, kind, day, amount, description).choice("category", "refreshments");
        sheet.send(day, row.choice("fund", "school"));
    }
}

fn record<'f>(
    sheet: &Sheet<'f>,
    kind: &str,
    day: NaiveDate,
    amount: i64,
    description: &str,
) -> Answers<'f> {
    sheet
        .answers()
        .choice("record_type", kind)
        .day("date", day)
        .number("amount", amount)
        .text("description", description)
}

/// `promotion_activity`: week, channel, whom, reach, cost, lesson.
pub(super) fn promotion(sheet: &mut Sheet<'_>) {
    let activities = [
        (
            BEFORE,
            "orientation_demo",
            "mentee",
            180,
            150_000,
            "Datang lebih awal agar dapat tempat di depan.",
        ),
        (-2, "social_media", "mentor", 240, 0, "Cerita mentor lama lebih menarik daripada poster."),
        (
            0,
            "orientation_demo",
            "mentee",
            320,
            190_000,
            "Nasyid dan cerita kakak kelas paling diingat.",
        ),
        (0, "flyer", "mentee", 250, 180_000, "Kode QR pada flyer terlalu kecil."),
        (0, "banner", "mentee", 300, 105_000, ""),
        (1, "social_media", "mentee", 410, 0, "Video pendek lebih banyak dibagikan."),
        (1, "teacher", "mentee", 120, 0, "Wali kelas senang diberi ringkasan satu halaman."),
        (1, "whatsapp", "guardian", 90, 0, ""),
        (4, "friend", "mentee", 60, 0, "Ajak teman sebangku: satu adik mengajak satu adik."),
        (9, "bulletin", "mentee", 150, 40_000, ""),
    ];
    for (week, channel, target, reach, cost, lesson) in activities {
        let day = sheet.dates.day(week, 0);
        let row = sheet
            .answers()
            .day("date", day)
            .choice("channel", channel)
            .choice("target", target)
            .number("reach", reach)
            .number("cost", cost)
            .text("responsible", "Seksi humas")
            .text("lesson", lesson);
        sheet.send(day, row);
    }
}

/// `partner_contact`: organisation, kind, contact, last stages with their week, men and women
/// promised, and in how many days from now the next step is due.
pub(super) fn partners(sheet: &mut Sheet<'_>) {
    type Partner = (
        &'static str,
        &'static str,
        &'static str,
        &'static [(i64, &'static str)],
        i64,
        i64,
        Option<i64>,
    );
    let partners: [Partner; 5] = [
        (
            "Universitas Nusantara",
            "campus_body",
            "Ketua lembaga dakwah kampus",
            &[(-6, "contacted"), (-4, "agreed"), (0, "delivering")],
            2,
            2,
            None,
        ),
        (
            "Ikatan Alumni",
            "alumni",
            "Sekretaris alumni",
            &[(-3, "met"), (2, "agreed")],
            2,
            1,
            Some(9),
        ),
        (
            "Masjid Al-Hikmah",
            "mosque",
            "Ketua remaja masjid",
            &[(4, "contacted"), (7, "met")],
            0,
            0,
            Some(-10),
        ),
        ("Rumah Tahfizh Cahaya", "tahfizh", "Pengasuh", &[(9, "prospect")], 0, 0, Some(4)),
        (
            "Toko Buku Pelita",
            "donor",
            "Pemilik toko",
            &[(8, "contacted"), (9, "agreed")],
            0,
            0,
            None,
        ),
    ];
    for (number, (name, kind, contact, stages, male, female, due)) in
        partners.into_iter().enumerate()
    {
        for (week, stage) in stages {
            let day = sheet.dates.day(*week, 1);
            let mut row = sheet
                .answers()
                .text("organization", name)
                .choice("partner_kind", kind)
                .text("contact_name", contact)
                .text("phone", &super::people::phone(8, number + 1))
                .day("date", day)
                .choice("stage", stage)
                .number("promised_male", male)
                .number("promised_female", female)
                .choice(
                    "school_approval",
                    if *stage == "delivering" { "granted" } else { "pending" },
                );
            if let Some(days) = due {
                row = row.day("next_action_date", sheet.dates.today + TimeDelta::days(days));
            }
            sheet.send(day, row);
        }
    }
}

/// `document_record`: kind, title, status, week from which it holds, weeks until it is looked at
/// again.
pub(super) fn documents(sheet: &mut Sheet<'_>) {
    let documents = [
        ("procedure", "SOP pembentukan kelompok", "in_force", -24, 60),
        ("procedure", "SOP perlindungan anak dan kode etik", "in_force", -24, 52),
        ("procedure", "SOP dukungan mentor", "in_force", -24, 30),
        ("module", "Modul pekanan semester ini", "in_force", 0, 26),
        ("module", "Modul pekanan semester lalu", "replaced", -26, 26),
        ("decision", "Ukuran kelompok 5 sampai 10 adik", "in_force", 0, 26),
        ("minutes", "Notulen rapat awal musim", "in_force", 0, 52),
        ("report", "LPJ mentoring musim lalu", "in_force", -5, 104),
        ("design", "Desain flyer demo ekskul", "in_force", -1, 40),
        ("contacts", "Daftar kontak dan akun program", "draft", 6, 26),
    ];
    for (kind, title, status, week, review) in documents {
        let day = sheet.dates.day(week, 3);
        let mut row = sheet
            .answers()
            .choice("document_kind", kind)
            .text("title", title)
            .text("link", "https://drive.example.org/dokumen-mentoring")
            .text("owner", "Sekretaris")
            .choice("status", status)
            .day("effective_date", day)
            .day("review_date", day + TimeDelta::weeks(review));
        if kind == "decision" {
            row = row
                .text(
                    "problem",
                    "Kelompok terlalu besar membuat adik pendiam tidak kebagian bicara.",
                )
                .text("alternatives", "Tanpa batas (sulit dijaga mentor); tepat 8 (terlalu kaku).")
                .text("approved_by", "Rapat awal musim");
        }
        sheet.send(day, row);
    }
}
