//! How a season stands by the board's decisions, in words.

use super::Scene;
use crate::ledger::season::Season;
use crate::ledger::season_state::SeasonState;
use crate::words::Words;

/// Whether a season is open or closed, and since when.
pub fn state_words(state: SeasonState, words: &Words) -> String {
    let day = |day| words.long_date(day);
    match (state.opened, state.closed) {
        (None, None) => words.say("season-undecided"),
        (Some(opened), None) => words.say_with("season-is-open", &[("day", &day(opened))]),
        (None, Some(closed)) => words.say_with("season-is-closed", &[("day", &day(closed))]),
        (Some(opened), Some(closed)) => {
            words.say_with("season-was-open", &[("opened", &day(opened)), ("closed", &day(closed))])
        }
    }
}

/// A season by its name, with how it stands.
pub fn named_with_state(season: &Season, state: SeasonState, words: &Words) -> String {
    words.say_with("season-named", &[("name", &season.name), ("state", &state_words(state, words))])
}

/// The season of the scene with how it stands, and the others that are open.
pub(super) fn line(scene: &Scene<'_>) -> String {
    let (words, standing, states) = (scene.words, scene.standing, &scene.state.seasons);
    let mut line = named_with_state(standing.season, states.of(&standing.season.code), words);
    let name = |code: &str| {
        let season = standing.program.seasons.iter().find(|season| season.code == code);
        season.map_or_else(|| code.to_owned(), |season| season.name.clone())
    };
    let others: Vec<String> =
        states.open().filter(|code| *code != standing.season.code).map(name).collect();
    if !others.is_empty() {
        line.push_str("; ");
        line.push_str(&words.say_with("season-also-open", &[("names", &others.join(", "))]));
    }
    line
}
