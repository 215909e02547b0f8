//! Invented tabs of any size: people, groups and reports, as their forms would have written them.

use std::fmt::Write;
use std::path::Path;

use chrono::{DateTime, Days, NaiveDate, TimeZone};
use chrono_tz::Tz;
use halaqah::table::{Cell, Rows, serial};

const MEMBERS: usize = 8;
/// One mentee in so many waits for a group.
const WAITING_IN: usize = 50;

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 7, 14).unwrap()
}

/// Week 41 of the season.
pub fn now() -> DateTime<Tz> {
    chrono_tz::Asia::Jakarta.with_ymd_and_hms(2026, 4, 27, 8, 0, 0).unwrap()
}

fn day(offset: u64) -> f64 {
    serial::of_moment((first_day() + Days::new(offset)).and_hms_opt(0, 0, 0).unwrap())
}

fn row(cells: &[Cell]) -> Vec<Cell> {
    cells.to_vec()
}

fn titles(titles: &[&str]) -> Vec<Cell> {
    titles.iter().map(|title| Cell::from(*title)).collect()
}

fn name(kind: &str, number: usize) -> String {
    let letters: String =
        number.to_string().bytes().map(|digit| char::from(b'a' + digit - b'0')).collect();
    format!("{kind} {letters}{letters}")
}

fn phone(number: usize) -> String {
    format!("0811{number:08}")
}

/// The tabs of a program: form, title, rows.
pub fn tabs(mentees: usize, weeks: usize) -> Vec<(&'static str, &'static str, Rows)> {
    let groups = mentees / MEMBERS;
    vec![
        ("mentee_registration", "Pendaftaran", registrations(mentees)),
        ("guardian_consent", "Izin", consents(mentees)),
        ("mentor_application", "Mentor", applications(groups)),
        ("mentor_training", "Pelatihan", training(groups)),
        ("placement_decision", "Penempatan", placements(mentees, groups)),
        ("meeting_report", "Laporan", reports(mentees, groups, weeks)),
    ]
}

/// The same, and the other forms that a program of a year fills most: memorization, feedback,
/// money.
#[allow(dead_code, reason = "each bench takes one of the two")]
pub fn tabs_of_a_year(mentees: usize, weeks: usize) -> Vec<(&'static str, &'static str, Rows)> {
    let mut all = tabs(mentees, weeks);
    all.push(("memorization_record", "Hafalan", recitations(mentees)));
    all.push(("mentee_feedback", "Pendapat", feedback(mentees)));
    all.push(("finance_record", "Keuangan", finance(weeks)));
    all
}

fn gender(group: usize) -> &'static str {
    if group.is_multiple_of(2) { "Laki-laki (ikhwan)" } else { "Perempuan (akhwat)" }
}

fn registrations(mentees: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Nama lengkap",
        "Nama panggilan",
        "Jenis kelamin",
        "Tanggal lahir",
        "Kelas",
        "Nomor WhatsApp yang aktif",
        "Kapan saja kamu bisa? (boleh pilih beberapa)",
        "Yang kamu suka (paling banyak 5)",
        "Di kelompok kecil kamu biasanya...",
        "Kalau membahas agama kamu paling suka...",
        "Yang paling kamu harapkan dari mentoring (paling banyak 3)",
        "Kakak mentor yang cocok untukmu",
        "Kemampuan membaca Al-Quran",
        "Hafalan saat ini (perkiraan)",
        "Tahu mentoring dari mana?",
        "Nama orang tua atau wali",
        "Nomor WhatsApp orang tua atau wali",
        "Persetujuan data",
    ])];
    for mentee in 0..mentees {
        rows.push(row(&[
            (day(mentee as u64 % 30) + 0.4 + mentee as f64 / 1e6).into(),
            name("Adik", mentee).into(),
            format!("Adik{mentee}").into(),
            gender(mentee / MEMBERS).into(),
            (39_823.0 + (mentee % 365) as f64).into(),
            format!("X-{}", mentee % 10).into(),
            phone(mentee).into(),
            "Jumat sore, Sabtu pagi".into(),
            "Gim, Kegiatan sosial".into(),
            "Sering memulai cerita".into(),
            "Contoh dan praktik sehari-hari".into(),
            "Teman dan suasana seru".into(),
            "Yang mana saja cocok".into(),
            "Belum tahu".into(),
            "Belum tahu".into(),
            "Diajak teman".into(),
            "Wali".into(),
            phone(50_000 + mentee).into(),
            "Aku sudah membaca untuk apa dataku dipakai dan setuju".into(),
        ]));
    }
    rows
}

fn consents(mentees: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Kode pendaftaran anak (sudah terisi)",
        "Nama Bapak/Ibu/Wali",
        "Hubungan dengan anak",
        "Mengizinkan anak mengikuti mentoring dan datanya diolah untuk keperluan itu",
    ])];
    rows.extend((0..mentees).map(|mentee| {
        let at = day(mentee as u64 % 30 + 1) + 0.7 + mentee as f64 / 1e6;
        row(&[
            at.into(),
            phone(mentee).into(),
            "Wali".into(),
            "Ibu".into(),
            "Ya mengizinkan".into(),
        ])
    }));
    rows
}

fn applications(mentors: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Nama lengkap",
        "Nama panggilan",
        "Jenis kelamin",
        "Tanggal lahir",
        "Nomor WhatsApp yang aktif",
        "Status sekarang",
        "Sekolah atau kampus atau lembaga",
        "Tahun lulus atau angkatan",
        "Kapan saja bisa membina? (boleh pilih beberapa)",
        "Paling banyak berapa adik yang sanggup dibina?",
        "Pengalaman membina kelompok",
        "Kemampuan membaca Al-Quran",
        "Hafalan saat ini (perkiraan)",
        "Yang disukai (paling banyak 5)",
        "Di kelompok kecil biasanya...",
        "Cara membahas agama yang paling dikuasai",
        "Sebagai mentor saya paling...",
        "Kesediaan membina",
        "Mengapa ingin menjadi mentor? (satu dua kalimat)",
        "Nama dan nomor orang yang bisa kami hubungi tentang kamu",
        "Kesediaan (centang semua)",
    ])];
    for mentor in 0..mentors {
        rows.push(row(&[
            (day(0) - 20.0 + mentor as f64 / 1e4).into(),
            name("Kakak", mentor).into(),
            format!("Kak{mentor}").into(),
            gender(mentor).into(),
            37_622.0.into(),
            phone(90_000 + mentor).into(),
            "Mahasiswa".into(),
            "Kampus".into(),
            2021.0.into(),
            "Jumat sore, Sabtu pagi".into(),
            "10".into(),
            "Belum pernah".into(),
            "Lancar dan sudah belajar tajwid".into(),
            "Juz 30 selesai".into(),
            "Gim".into(),
            "Sering memulai cerita".into(),
            "Contoh dan praktik sehari-hari".into(),
            "Santai dan humoris".into(),
            "Satu tahun ajaran".into(),
            "Membantu".into(),
            "Ustadz".into(),
            "Bersedia diwawancara dan dites bacaan, Bersedia ikut pelatihan sebelum membina, Menaati kode etik dan aturan \
             perlindungan anak, Mengisi laporan setelah tiap pertemuan, Setuju datanya diolah untuk keperluan program"
                .into(),
        ]));
    }
    rows
}

fn training(mentors: usize) -> Rows {
    let steps = [
        "Cek identitas",
        "Cek rujukan",
        "Wawancara",
        "Tes bacaan",
        "Tanda tangan kode etik",
        "Pelatihan perlindungan anak",
        "Pelatihan dasar mentor",
    ];
    let mut rows = vec![titles(&[
        "Timestamp",
        "Mentor",
        "Langkah",
        "Tanggal",
        "Hasil",
        "Lama pelatihan (jam)",
        "Penilai atau pemateri",
    ])];
    for mentor in 0..mentors {
        for (index, step) in steps.iter().enumerate() {
            let at = day(0) - 10.0 + mentor as f64 / 1e4 + index as f64 / 1e6;
            let date = day(0) - 10.0;
            rows.push(row(&[
                at.into(),
                phone(90_000 + mentor).into(),
                (*step).into(),
                date.into(),
                "Lulus atau selesai".into(),
                2.0.into(),
                "Pembina".into(),
            ]));
        }
    }
    rows
}

/// The mentees of a group: all but the few who wait.
fn members(group: usize, mentees: usize) -> Vec<String> {
    let all = (group * MEMBERS..(group + 1) * MEMBERS)
        .filter(|mentee| *mentee < mentees && !mentee.is_multiple_of(WAITING_IN));
    all.map(|mentee| name("Adik", mentee)).collect()
}

fn placements(mentees: usize, groups: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Keputusan",
        "Nama kelompok (untuk pindah isi kelompok tujuan)",
        "Mentor kelompok",
        "Daftar adik (nama atau nomor WhatsApp)",
        "Berlaku mulai tanggal",
        "Jadwal pekanan",
        "Diputuskan oleh (jabatan)",
    ])];
    rows.extend((0..groups).map(|group| {
        let at = day(32) + 0.5 + group as f64 / 1e4;
        row(&[
            at.into(),
            "Bentuk kelompok baru".into(),
            name("Kelompok", group).into(),
            phone(90_000 + group).into(),
            members(group, mentees).join(", ").into(),
            day(32).into(),
            "Jumat sore".into(),
            "Koordinator".into(),
        ])
    }));
    rows
}

fn reports(mentees: usize, groups: usize, weeks: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Kelompok",
        "Tanggal pertemuan",
        "Jadi bertemu?",
        "Lamanya",
        "Siapa yang hadir?",
        "Siapa yang izin atau sakit?",
        "Yang dilakukan",
        "Judul materi",
        "Suasana kelompok (1 kaku - 5 akrab)",
        "Infaq terkumpul (rupiah)",
    ])];
    for week in 0..weeks {
        for group in 0..groups {
            let mut present = members(group, mentees);
            let excused = if present.is_empty() {
                String::new()
            } else {
                present.remove(week % present.len())
            };
            let date = day(39 + 7 * week as u64);
            rows.push(row(&[
                (date + 0.8 + group as f64 / 1e5).into(),
                name("Kelompok", group).into(),
                date.into(),
                "Ya bertemu".into(),
                "45 sampai 75 menit".into(),
                present.join(", ").into(),
                excused.into(),
                "Pembukaan, Tilawah, Materi, Penutup".into(),
                "Adab kepada orang tua".into(),
                4.0.into(),
                10_000.0.into(),
            ]));
        }
    }
    rows
}

/// Eight recitations of each mentee, through the short surahs.
fn recitations(mentees: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Adik",
        "Tanggal setoran",
        "Jenis",
        "Surah",
        "Dari ayat",
        "Sampai ayat (kosong = akhir surah)",
        "Kelancaran",
    ])];
    for (time, surah) in [
        "An-Nas",
        "Al-Falaq",
        "Al-Ikhlas",
        "An-Nasr",
        "Al-Kafirun",
        "Al-Kautsar",
        "Al-Fil",
        "Al-Asr",
    ]
    .into_iter()
    .enumerate()
    {
        for mentee in 0..mentees {
            let date = day(40 + 30 * time as u64);
            rows.push(row(&[
                (date + 0.8 + mentee as f64 / 1e6).into(),
                name("Adik", mentee).into(),
                date.into(),
                "Hafalan baru (ziyadah)".into(),
                surah.into(),
                1.0.into(),
                Cell::Blank,
                "Lancar".into(),
            ]));
        }
    }
    rows
}

/// One opinion of each mentee in each half of the year.
fn feedback(mentees: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Kelompok",
        "Kakak mentor mendengarkan aku",
        "Aku merasa aman dan nyaman di kelompok ini",
        "Kegiatannya sesuai minat dan kebutuhanku",
        "Aku sering merasa diabaikan di kelompok",
        "Kami sekelompok kompak",
        "Aku cocok dengan kakak mentorku",
        "Seberapa besar kemungkinan kamu mengajak teman ikut? (0 sampai 10)",
        "Musim depan?",
        "Pernah ada hal yang membuatmu tidak aman?",
    ])];
    for half in [95, 260] {
        for mentee in 0..mentees {
            let scale = |of: usize| Cell::from((3 + (mentee + of) % 3) as f64);
            rows.push(row(&[
                (day(half) + 0.8 + mentee as f64 / 1e6).into(),
                name("Kelompok", mentee / MEMBERS).into(),
                scale(0),
                scale(1),
                scale(2),
                1.0.into(),
                scale(3),
                scale(4),
                ((mentee % 11) as f64).into(),
                "Belum tahu".into(),
                "Tidak ada".into(),
            ]));
        }
    }
    rows
}

/// Five expenses a week.
fn finance(weeks: usize) -> Rows {
    let mut rows = vec![titles(&[
        "Timestamp",
        "Jenis catatan",
        "Tanggal (untuk rencana isi bulan pelaksanaan)",
        "Pos anggaran",
        "Jumlah (rupiah)",
        "Sumber dana",
        "Keterangan singkat (tanpa nama penyakit)",
    ])];
    for expense in 0..weeks * 5 {
        let date = day(7 * (expense / 5) as u64);
        rows.push(row(&[
            (date + 0.5 + expense as f64 / 1e5).into(),
            "Pengeluaran".into(),
            date.into(),
            "Konsumsi".into(),
            25_000.0.into(),
            "Kas".into(),
            format!("Konsumsi {expense}").into(),
        ]));
    }
    rows
}

/// The configuration of the program.
pub fn configuration(
    endpoint: &str,
    id: &str,
    folder: &Path,
    tabs: &[(&str, &str, Rows)],
) -> String {
    let mut text = format!(
        "timezone = \"Asia/Jakarta\"\ndata_dir = {folder:?}\n[program]\nname = \"Bench\"\ncode = \"bench\"\n\
         [google]\nendpoint = \"{endpoint}\"\n[workbook]\nspreadsheet_id = \"{id}\"\n\
         [[seasons]]\ncode = \"2025\"\nname = \"2025\"\nstart = \"2025-07-14\"\nend = \"2026-06-28\"\n"
    );
    for (form, title, _) in tabs {
        writeln!(text, "[forms.{form}]\ntab = \"{title}\"").unwrap();
    }
    text
}
