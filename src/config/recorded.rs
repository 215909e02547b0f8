//! What of the configuration the ledger records. The words it is written in are the ledger's, and never change with the code.

use super::Config;
use crate::ledger::configured::{
    Configured, ConfiguredCriterion, ConfiguredDays, ConfiguredMatching, ConfiguredProcedure, ConfiguredSeason,
    ConfiguredSize, ConfiguredStep,
};
use crate::ledger::procedures::{Procedure, Step};
use crate::matching::criteria::{Criterion, Measure, With};
use crate::matching::instance::{GroupSize, ReadingMix, Weights};

impl Config {
    /// Everything that changes figures or suggestions. A new field of the configuration does not compile until it is said here
    /// whether it is recorded.
    pub fn recorded(&self) -> Configured {
        let Self {
            seasons,
            calendar,
            handover_kinds,
            procedures,
            group_size: _,
            weights: _,
            reading: _,
            criteria: _,
            matching_deadline: _,
            randomise: _,
            // Where things are, how they are called and when they are done.
            path: _,
            language: _,
            data_dir: _,
            program_name: _,
            program_code: _,
            endpoint: _,
            credentials: _,
            timeout_s: _,
            spreadsheet_id: _,
            restricted_id: _,
            schedule: _,
            heartbeat_url: _,
            checkpoint_url: _,
            form_links: _,
            // What is due to be erased is shown, and erased by an event of its own.
            retention: _,
            // Each event says when it was recorded with the offset from UTC; `tab_observed` says from which tab a form is read.
            timezone: _,
            forms: _,
        } = self;
        let seasons = seasons.iter().map(|season| ConfiguredSeason {
            code: season.code.as_str().into(),
            start: season.start,
            end: season.end,
            cash_opening: season.cash_opening,
        });
        let calendar = calendar.iter().map(|entry| ConfiguredDays { from: entry.from, to: entry.to });
        Configured {
            seasons: seasons.collect(),
            calendar: calendar.collect(),
            matching: self.recorded_matching(),
            procedures: procedures.iter().map(procedure).collect(),
            handover: handover_kinds.iter().map(|kind| kind.as_str().into()).collect(),
        }
    }

    fn recorded_matching(&self) -> ConfiguredMatching {
        let Weights {
            schedule,
            values_expectations,
            likes_dislikes,
            class_district,
            continuity_friend,
            reading,
            personality,
        } = self.weights;
        let weights = [
            ("schedule", schedule),
            ("values_expectations", values_expectations),
            ("likes_dislikes", likes_dislikes),
            ("class_district", class_district),
            ("continuity_friend", continuity_friend),
            ("reading", reading),
            ("personality", personality),
        ];
        let GroupSize { min, target, max } = self.group_size;
        let reading = match self.reading {
            ReadingMix::Mixed => "mixed",
            ReadingMix::Equal => "equal",
        };
        ConfiguredMatching {
            group_size: ConfiguredSize { min, target, max },
            weights: weights.into_iter().map(|(term, weight)| (term.into(), weight)).collect(),
            reading: reading.into(),
            criteria: self.criteria.iter().map(criterion).collect(),
            deadline_s: self.matching_deadline.map(|deadline| deadline.as_secs_f64()),
            randomise: self.randomise,
        }
    }
}

fn criterion(criterion: &Criterion) -> ConfiguredCriterion {
    let with = match criterion.with {
        With::Mentor => "mentor",
        With::Members => "members",
    };
    let measure = match criterion.measure {
        Measure::Equality => "equality",
        Measure::Overlap => "overlap",
        Measure::Jaccard => "jaccard",
        Measure::Distance => "distance",
        Measure::AtLeast => "at_least",
        Measure::GapInYears => "gap_in_years",
        Measure::Mixed => "mixed",
    };
    ConfiguredCriterion {
        field: criterion.field.clone(),
        with: with.into(),
        other: criterion.other.clone(),
        measure: measure.into(),
        weight: criterion.weight,
    }
}

fn procedure(procedure: &Procedure) -> ConfiguredProcedure {
    let step = |step: &Step| ConfiguredStep {
        key: step.key.as_str().into(),
        reached_by: step.reached_by.text(procedure.subject).into(),
        days: step.days,
    };
    ConfiguredProcedure {
        key: procedure.key.as_str().into(),
        subject: procedure.subject.key().into(),
        steps: procedure.steps.iter().map(step).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::EXAMPLE;
    use super::*;
    use crate::ledger::procedures::Condition;

    fn recorded(text: &str) -> Configured {
        Config::parse(Path::new("config/halaqah.toml"), text).unwrap().recorded()
    }

    #[test]
    fn each_part_is_noticed_alone_and_words_are_not() {
        let before = recorded(EXAMPLE);
        let changed = |from: &str, to: &str| {
            assert!(EXAMPLE.contains(from), "{from}");
            recorded(&EXAMPLE.replace(from, to)).changed(Some(&before))
        };
        assert_eq!(changed("end = \"2026-12-20\"", "end = \"2026-12-27\""), ["seasons"]);
        assert_eq!(changed("cash_opening = 500000", "cash_opening = 500001"), ["seasons"]);
        assert_eq!(changed("to = \"2026-10-02\"", "to = \"2026-10-03\""), ["calendar"]);
        assert_eq!(changed("# group_size = { min = 5", "group_size = { min = 4"), ["matching"]);
        assert_eq!(changed("# reading = \"mixed\"", "reading = \"equal\""), ["matching"]);
        assert_eq!(changed("# deadline_s = 30", "deadline_s = 30"), ["matching"]);
        assert_eq!(changed("# randomise = true", "randomise = true"), ["matching"]);
        assert_eq!(changed("# randomise = true", "randomise = false"), [""; 0]);
        assert_eq!(changed("\"report\", \"contacts\"]", "\"report\"]"), ["handover"]);
        assert_eq!(changed("language = \"id\" ", "procedures = []\nlanguage = \"id\" "), ["procedures"]);
        assert_eq!(changed("language = \"id\" ", "language = \"en\" "), [""; 0]);
        assert_eq!(changed("name = \"Semester ganjil", "name = \"Semester satu"), [""; 0]);
        assert_eq!(before.changed(None).len(), 5, "the first time all of it is new");
    }

    #[test]
    fn what_older_programs_did_not_record_is_no_change() {
        let before = recorded(EXAMPLE);
        let written = serde_json::to_string(&before).unwrap();
        assert!(!written.contains("deadline_s") && !written.contains("randomise"), "{written}");
        let read: Configured = serde_json::from_str(&written).unwrap();
        assert_eq!(before.changed(Some(&read)), [""; 0]);
    }

    #[test]
    fn a_deadline_is_read_from_the_ledger_as_it_was_written() {
        for seconds in ["30", "2.5", "0.1", "0.000000001", "123456.789012345"] {
            let deadline = format!("[matching]\ndeadline_s = {seconds}");
            let before = recorded(&EXAMPLE.replace("[matching]", &deadline));
            let read: Configured = serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
            assert_eq!(before, read, "else every cycle would record a change: {seconds}");
        }
    }

    #[test]
    fn how_a_step_is_reached_is_recorded_as_the_configuration_writes_it() {
        let config = Config::parse(Path::new("config/halaqah.toml"), EXAMPLE).unwrap();
        for procedure in &config.procedures {
            for step in &procedure.steps {
                let text = step.reached_by.text(procedure.subject);
                assert_eq!(Condition::read(&text, procedure.subject).unwrap(), step.reached_by, "{text}");
            }
        }
    }
}
