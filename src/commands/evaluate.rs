//! `match --evaluate`: whether what was predicted at placement came true.

use chrono::NaiveDate;
use serde_json::json;

use super::explain::in_words;
use super::print::say;
use crate::cli::Failure;
use crate::cycle::standing;
use crate::edge::log::Line;
use crate::ledger::predictions::Predictions;
use crate::memory::{Memory, each_event};
use crate::setting::Setting;
use crate::statistics::{Compared, Correlation, Evaluation, Outcome, Verdict, evaluation};
use crate::words::Words;

/// Prints predictions and outcomes side by side. Records nothing.
pub fn evaluate(
    setting: &Setting,
    memory: &Memory,
    today: NaiveDate,
    as_json: bool,
) -> Result<(), Failure> {
    let words = &setting.words;
    let (dir, program) = (setting.config.ledger_dir(), &setting.config.program_code);
    let standing = standing(setting, &memory.state, today).map_err(in_words(words))?;
    let mut predictions = Predictions::default();
    let take = |line: &Line<'_>, event| {
        // What the memory does not hold had not happened yet.
        if line.seq <= memory.head.seq {
            predictions.take(event);
        }
    };
    each_event(&dir, program, take).map_err(in_words(words))?;
    let evaluation = evaluation(&standing, &predictions);
    if as_json {
        say(format_args!("{:#}", json!(evaluation)));
    } else {
        lines(&evaluation, words).into_iter().for_each(say);
    }
    Ok(())
}

fn lines(evaluation: &Evaluation, words: &Words) -> Vec<String> {
    let whole = |number: usize| words.integer(i64::try_from(number).unwrap_or(i64::MAX));
    let (groups, placements) = (whole(evaluation.groups), whole(evaluation.placements));
    let mut lines = vec![
        words.say_with("evaluate-groups", &[("groups", &groups), ("placements", &placements)]),
    ];
    if evaluation.weights > 1 {
        lines.push(words.say_with("evaluate-weights", &[("count", &whole(evaluation.weights))]));
    }
    for compared in &evaluation.compared {
        lines.push(outcome_words(compared.outcome, words));
        let (groups, needed) = (whole(compared.groups), whole(evaluation.needed));
        let correlation =
            compared.correlation.map(|found| correlation_words(found, words)).unwrap_or_default();
        let parts =
            [("groups", groups.as_str()), ("needed", &needed), ("correlation", &correlation)];
        lines.push(format!("  {}", verdict_words(compared.verdict, words, &parts)));
        lines.extend(thirds(compared, words));
        for (term, found) in &compared.terms {
            let found =
                found.map_or_else(|| words.say("none"), |found| correlation_words(found, words));
            lines.push(format!("    {term}: {found}"));
        }
    }
    lines.push(words.say("evaluate-caution"));
    lines
}

fn outcome_words(outcome: Outcome, words: &Words) -> String {
    match outcome {
        Outcome::Feedback => words.say("evaluate-feedback"),
        Outcome::Attendance => words.say("evaluate-attendance"),
        Outcome::Survival => words.say("evaluate-survival"),
    }
}

fn verdict_words(verdict: Verdict, words: &Words, parts: &[(&str, &str)]) -> String {
    match verdict {
        Verdict::NotEnough => words.say_with("evaluate-not-enough", parts),
        Verdict::NoDifference => words.say_with("evaluate-no-difference", parts),
        Verdict::DoNotPredict => words.say_with("evaluate-do-not-predict", parts),
        Verdict::MayBeChance => words.say_with("evaluate-may-be-chance", parts),
        Verdict::Predict => words.say_with("evaluate-predict", parts),
    }
}

fn correlation_words(found: Correlation, words: &Words) -> String {
    let parts = [found.rho, found.low, found.high].map(|number| words.decimals(number, 2));
    words.say_with(
        "evaluate-correlation",
        &[("rho", &parts[0]), ("low", &parts[1]), ("high", &parts[2])],
    )
}

fn thirds(compared: &Compared, words: &Words) -> Vec<String> {
    let shown = |number: f64| match compared.outcome {
        Outcome::Feedback => words.decimal(number),
        Outcome::Attendance | Outcome::Survival => words.percent(number),
    };
    let line = |(at, third): (usize, &crate::statistics::Third)| {
        let (predicted, observed) =
            (words.integer(third.predicted.round() as i64), shown(third.observed));
        let parts = [("predicted", predicted.as_str()), ("observed", &observed)];
        let words = match at {
            0 => words.say_with("evaluate-low-third", &parts),
            1 => words.say_with("evaluate-middle-third", &parts),
            _ => words.say_with("evaluate-high-third", &parts),
        };
        format!("    {words}")
    };
    compared.thirds.iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::statistics::{ENOUGH_GROUPS, Third};
    use crate::words::Language;

    /// One outcome of each kind: too few groups, weights that do not predict, weights that do.
    fn every_case() -> Evaluation {
        let third = |predicted, observed| Third { groups: 8, predicted, observed };
        let correlation = |rho, low, high| Some(Correlation { rho, low, high });
        let compared = |outcome, groups, verdict, correlation, thirds| Compared {
            outcome,
            groups,
            verdict,
            correlation,
            thirds,
            terms: BTreeMap::new(),
        };
        let feedback = vec![third(431.0, 3.1), third(522.5, 3.9), third(610.2, 4.4)];
        let attendance = vec![third(431.0, 0.81), third(522.5, 0.8), third(610.2, 0.74)];
        let mut compared = vec![
            compared(
                Outcome::Feedback,
                24,
                Verdict::Predict,
                correlation(0.61, 0.26, 0.82),
                feedback,
            ),
            compared(
                Outcome::Attendance,
                24,
                Verdict::DoNotPredict,
                correlation(-0.12, -0.5, 0.3),
                attendance,
            ),
            compared(Outcome::Survival, 11, Verdict::NotEnough, None, Vec::new()),
        ];
        compared[0].terms = BTreeMap::from([
            ("schedule".into(), correlation(0.2, -0.22, 0.56)),
            ("reading".into(), None),
        ]);
        Evaluation { groups: 26, placements: 181, weights: 2, needed: ENOUGH_GROUPS, compared }
    }

    #[test]
    fn what_came_true_is_said_in_both_languages() {
        for (language, name) in [(Language::Id, "id"), (Language::En, "en")] {
            let words = Words::new(language, None).unwrap();
            insta::assert_snapshot!(
                format!("evaluation-{name}"),
                lines(&every_case(), &words).join("\n")
            );
        }
    }
}
