//! How a question is put to a person, whoever shows it: the sandbox's page or a real Google Form.

use super::definition::{Kind, Localized, Question};

/// The most choices that are shown one below the other; more become a list that opens.
pub const MOST_CIRCLES: usize = 8;

/// Whether a form refuses to be sent without an answer.
pub fn is_needed(question: &Question) -> bool {
    question.required && question.default.is_none()
}

fn both(id: impl Into<String>, en: impl Into<String>) -> Option<Localized> {
    Some(Localized { id: id.into(), en: en.into() })
}

/// A line under the question that says how to answer it. `names_are_ticked`: members are ticked,
/// not typed.
pub fn hint(question: &Question, names_are_ticked: bool) -> Option<Localized> {
    match question.kind {
        // What the question says itself is not said again below it.
        Kind::MultiChoice => {
            match question.max.filter(|_| !question.question.id.contains("paling banyak")) {
                None if question.question.id.contains("pilih beberapa") => None,
                Some(most) => both(
                    format!("Boleh pilih beberapa, paling banyak {most}."),
                    format!("You may choose several, at most {most}."),
                ),
                None if question.choices.len() > 1 => {
                    both("Boleh pilih beberapa.", "You may choose several.")
                }
                None => None,
            }
        }
        Kind::Money => {
            both("Dalam rupiah, misalnya 25000 atau 25.000.", "In rupiah, for example 25000.")
        }
        Kind::Phone => both("Misalnya 0812 3456 7890.", "For example 0812 3456 7890."),
        Kind::MemberList if !names_are_ticked => both("Satu nama per baris.", "One name per line."),
        Kind::Surah => both("Nama atau nomor surah.", "Name or number of the surah."),
        Kind::Person => {
            both("Kode, nama lengkap, atau nomor WhatsApp.", "Code, full name or WhatsApp number.")
        }
        Kind::Number => both("Boleh dengan koma.", "Decimals are allowed."),
        _ => {
            let default = question.default?;
            both(format!("Kosong berarti {default}."), format!("Blank means {default}."))
        }
    }
}

/// What the lowest and the highest number of a scale mean, by the question's wording in one
/// language: as it says itself (`1 kaku - 5 akrab`), else as its choices call these numbers, else
/// how far a statement fits.
pub fn ends(question: &Question, wording: &str) -> Option<(Localized, Localized)> {
    let inside = wording
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(inside, _)| inside);
    if let Some((low, high)) = inside.and_then(|inside| inside.split_once(" - ")) {
        let word = |end: &str| {
            end.trim_start_matches(|letter: char| letter.is_ascii_digit()).trim().to_owned()
        };
        let (low, high) = (word(low), word(high));
        let told = !low.is_empty() && !high.is_empty();
        return both(low.clone(), low).zip(both(high.clone(), high)).filter(|_| told);
    }
    let called = |number: i64| {
        let choice = question.choices.iter().find(|choice| choice.code == number.to_string())?;
        both(choice.id.clone(), choice.en.clone())
    };
    if let Some(ends) = question.min.and_then(called).zip(question.max.and_then(called)) {
        return Some(ends);
    }
    match (question.min, question.max) {
        (Some(0), Some(10)) => {
            both("tidak mungkin", "not at all likely").zip(both("sangat mungkin", "very likely"))
        }
        (Some(1), Some(5)) if inside.is_none() => {
            both("sangat tidak sesuai", "does not fit at all")
                .zip(both("sangat sesuai", "fits very well"))
        }
        _ => None,
    }
}

/// The surahs of a table (see [`SURAHS`](super::SURAHS)) as `112. Al-Ikhlas`.
pub fn surah_names(table: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows = reader.records().filter_map(Result::ok);
    rows.filter_map(|row| Some(format!("{}. {}", row.get(0)?, row.get(1)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::Forms;

    #[test]
    fn no_line_under_a_question_says_what_the_question_says() {
        let forms = Forms::built_in().unwrap();
        let mut asked = 0;
        for question in forms.iter().flat_map(|form| &form.definition.questions) {
            let Some(hint) = hint(question, false) else { continue };
            asked += 1;
            for said in ["pilih beberapa", "paling banyak"] {
                let twice = question.question.id.contains(said) && hint.id.contains(said);
                assert!(!twice, "{}: {}", question.question.id, hint.id);
            }
            for said in ["choose several", "at most"] {
                let twice = question.question.en.contains(said) && hint.en.contains(said);
                assert!(!twice, "{}: {}", question.question.en, hint.en);
            }
        }
        assert!(asked > 20);
    }
}
