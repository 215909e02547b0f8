//! `match --compare`: what was decided in a season beside what would have been suggested, day by
//! day and in all.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::explain::in_words;
use super::print::say;
use crate::cli::Failure;
use crate::ledger::records::Records;
use crate::ledger::standing::Standing;
use crate::matching::compare::{Comparison, Side};
use crate::matching::comparisons;
use crate::memory::Memory;
use crate::setting::Setting;
use crate::words::Words;

/// Prints every day on which somebody was placed, and the sum. Records nothing. All days are judged
/// by one configuration, so that their sum means something.
pub fn compare(
    setting: &Setting,
    memory: &Memory,
    today: NaiveDate,
    season: Option<&str>,
    as_json: bool,
) -> Result<(), Failure> {
    let records = Records::new(memory.state.records());
    let standing = Standing::at(&records, &setting.program, today, season)
        .map_err(in_words(&setting.words))?;
    let settings = setting.config.matching();
    let days = comparisons(&standing, &memory.state, &setting.program, settings)
        .map_err(in_words(&setting.words))?;
    let total = total(days.iter().map(|(_, compared)| compared));
    if as_json {
        let days: Vec<Value> = days
            .iter()
            .map(|(day, compared)| json!({"date": day, "comparison": compared}))
            .collect();
        say(format_args!(
            "{:#}",
            json!({"season": standing.season.code, "days": days, "total": total})
        ));
        return Ok(());
    }
    let words = &setting.words;
    if days.is_empty() {
        say(words.say("compare-nothing"));
        return Ok(());
    }
    for (day, compared) in &days {
        say(words.long_date(*day));
        lines(compared, words).into_iter().for_each(|line| say(format_args!("  {line}")));
    }
    say(words.say("compare-total"));
    lines(&total, words).into_iter().for_each(|line| say(format_args!("  {line}")));
    Ok(())
}

fn total<'c>(days: impl Iterator<Item = &'c Comparison>) -> Comparison {
    let add = |sum: &mut Side, side: &Side| {
        sum.placed += side.placed;
        sum.score_total += side.score_total;
        for (bar, count) in &side.broken {
            *sum.broken.entry(*bar).or_default() += count;
        }
    };
    let zero = Comparison {
        worth_within_rules: Some(0),
        worth_suggested: Some(0),
        ..Comparison::default()
    };
    days.fold(zero, |mut sum, day| {
        add(&mut sum.made, &day.made);
        add(&mut sum.within_rules, &day.within_rules);
        add(&mut sum.suggested, &day.suggested);
        add(&mut sum.same_liberties, &day.same_liberties);
        sum.not_waiting += day.not_waiting;
        let both = |sum: Option<i64>, one: Option<i64>| Some(sum? + one?);
        sum.worth_within_rules = both(sum.worth_within_rules, day.worth_within_rules);
        sum.worth_suggested = both(sum.worth_suggested, day.worth_suggested);
        sum
    })
}

fn lines(compared: &Comparison, words: &Words) -> Vec<String> {
    let side = |key: &str, side: &Side, worth: Option<i64>| {
        let number = |number: Option<i64>| {
            number.map_or_else(|| words.say("none"), |number| words.integer(number))
        };
        let parts = [
            ("placed", words.integer(side.placed.into())),
            ("mean", number(side.mean().map(|mean| mean.round() as i64))),
            ("broken", words.integer(side.broken.values().map(|count| i64::from(*count)).sum())),
            ("worth", number(worth)),
        ];
        words.say_with(key, &parts.each_ref().map(|(name, part)| (*name, part.as_str())))
    };
    let mut lines = vec![
        side("compare-made", &compared.made, None),
        side("compare-within-rules", &compared.within_rules, compared.worth_within_rules),
        side("compare-suggested", &compared.suggested, compared.worth_suggested),
        side("compare-liberties", &compared.same_liberties, None),
    ];
    if compared.not_waiting > 0 {
        let count = words.integer(compared.not_waiting.into());
        lines.insert(1, words.say_with("compare-not-waiting", &[("count", &count)]));
    }
    lines
}
