//! Ayat that a mentee recited. The ayah numbers must lie inside the surah.

use super::surah::Surahs;
use crate::ledger::answers::{Answer, Answers};
use crate::ledger::problem::Reason;

/// `ayah_from` and `ayah_to` may not be above the number of ayat of the surah, nor `ayah_to` below
/// `ayah_from`.
pub(super) fn ayat_lie_in_the_surah(
    question: &str,
    answer: &Answer,
    before: &Answers,
    surahs: &Surahs,
) -> Result<(), Reason> {
    let Answer::Integer(ayah) = *answer else { return Ok(()) };
    let last = before.integer("surah").and_then(|surah| surahs.ayah_count(surah));
    let first = before.integer("ayah_from");
    let fits = match question {
        "ayah_from" => last.is_none_or(|last| ayah <= last),
        "ayah_to" => {
            last.is_none_or(|last| ayah <= last) && first.is_none_or(|first| ayah >= first)
        }
        _ => true,
    };
    if fits { Ok(()) } else { Err(Reason::OutOfRange) }
}
