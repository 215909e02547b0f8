//! What of the configuration the ledger records, and the configuration again from what it recorded.
//! The words it is written in are the ledger's, and never change with the code.

use std::time::Duration;

use super::{Config, questions};
use crate::forms::Forms;
use crate::ledger::configured::{
    Configured, ConfiguredCriterion, ConfiguredDays, ConfiguredMatching, ConfiguredProcedure,
    ConfiguredSeason, ConfiguredSize, ConfiguredStep,
};
use crate::ledger::procedures::{Condition, Procedure, Step, Subject};
use crate::ledger::season::{CalendarEntry, Season};
use crate::matching::criteria::{Criterion, Measure, Questions, With};
use crate::matching::instance::{GroupSize, ReadingMix};
use crate::matching::terms::Weights;

impl Config {
    /// Everything that changes figures or suggestions. A new field of the configuration does not
    /// compile until it is said here whether it is recorded.
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
            // Each event says when it was recorded with the offset from UTC; `tab_observed` says
            // from which tab a form is read.
            timezone: _,
            forms: _,
            most_placed: _,
        } = self;
        let seasons = seasons.iter().map(|season| ConfiguredSeason {
            code: season.code.as_str().into(),
            start: season.start,
            end: season.end,
            cash_opening: season.cash_opening,
        });
        let calendar =
            calendar.iter().map(|entry| ConfiguredDays { from: entry.from, to: entry.to });
        Configured {
            seasons: seasons.collect(),
            calendar: calendar.collect(),
            matching: self.recorded_matching(),
            procedures: procedures.iter().map(procedure).collect(),
            handover: handover_kinds.iter().map(|kind| kind.as_str().into()).collect(),
        }
    }

    /// This configuration with all that figures and suggestions follow from as it was recorded; and
    /// the parts that could not be put back, which stay as they are: they name what this program or
    /// its forms do not know. What has no name in the ledger keeps its name of today, or is called
    /// by its code.
    pub fn as_recorded(&self, then: &Configured, forms: &Forms) -> (Self, Vec<&'static str>) {
        let season = |season: &ConfiguredSeason| Season {
            code: season.code.to_string(),
            name: self
                .seasons
                .iter()
                .find(|known| known.code == season.code)
                .map_or_else(|| season.code.to_string(), |known| known.name.clone()),
            start: season.start,
            end: season.end,
            cash_opening: season.cash_opening,
        };
        let mut config = Self {
            seasons: then.seasons.iter().map(season).collect(),
            calendar: then
                .calendar
                .iter()
                .map(|days| CalendarEntry { from: days.from, to: days.to })
                .collect(),
            handover_kinds: then.handover.iter().map(ToString::to_string).collect(),
            ..self.clone()
        };
        let mut kept = Vec::new();
        if config.take_matching(&then.matching, &questions(forms)).is_none() {
            kept.push("matching");
        }
        match then.procedures.iter().map(|procedure| self.procedure_then(procedure)).collect() {
            Some(procedures) => config.procedures = procedures,
            None => kept.push("procedures"),
        }
        (config, kept)
    }

    /// Takes over what matching was given; nothing of it if anything is not known.
    fn take_matching(&mut self, then: &ConfiguredMatching, questions: &Questions) -> Option<()> {
        let mut weights = then.weights.clone();
        // A term that was not recorded did not exist.
        let taken = Weights::by_name(|term| weights.remove(term).unwrap_or(0));
        let reading = match then.reading.as_str() {
            "mixed" => ReadingMix::Mixed,
            "equal" => ReadingMix::Equal,
            _ => return None,
        };
        let criteria = then.criteria.iter().map(|criterion| criterion_then(criterion, questions));
        let criteria = criteria.collect::<Option<_>>()?;
        let deadline = match then.deadline_s {
            Some(seconds) => Some(Duration::try_from_secs_f64(seconds).ok()?),
            None => None,
        };
        if !weights.is_empty() {
            return None;
        }
        let ConfiguredSize { min, target, max } = then.group_size;
        self.group_size = GroupSize { min, target, max };
        (self.weights, self.reading, self.criteria) = (taken, reading, criteria);
        (self.matching_deadline, self.randomise) = (deadline, then.randomise);
        Some(())
    }

    fn procedure_then(&self, then: &ConfiguredProcedure) -> Option<Procedure> {
        let known = self.procedures.iter().find(|known| known.key == then.key);
        let subject = Subject::ALL.into_iter().find(|subject| subject.key() == then.subject)?;
        let step = |step: &ConfiguredStep| {
            let named =
                known.and_then(|known| known.steps.iter().find(|known| known.key == step.key));
            let name = named.map_or_else(|| step.key.to_string(), |known| known.name.clone());
            let reached_by = Condition::read(&step.reached_by, subject).ok()?;
            Some(Step { key: step.key.to_string(), name, reached_by, days: step.days })
        };
        let name = known.map_or_else(|| then.key.to_string(), |known| known.name.clone());
        let steps = then.steps.iter().map(step).collect::<Option<_>>()?;
        Some(Procedure { key: then.key.to_string(), name, subject, steps })
    }

    fn recorded_matching(&self) -> ConfiguredMatching {
        let weights = self.weights.iter().map(|(term, weight)| (term.name.into(), weight));
        let GroupSize { min, target, max } = self.group_size;
        let reading = match self.reading {
            ReadingMix::Mixed => "mixed",
            ReadingMix::Equal => "equal",
        };
        ConfiguredMatching {
            group_size: ConfiguredSize { min, target, max },
            weights: weights.collect(),
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

/// A criterion as it was recorded; none if it names what is not known, or does not fit the
/// questions any more.
fn criterion_then(then: &ConfiguredCriterion, questions: &Questions) -> Option<Criterion> {
    let with = match then.with.as_str() {
        "mentor" => With::Mentor,
        "members" => With::Members,
        _ => return None,
    };
    let measure = match then.measure.as_str() {
        "equality" => Measure::Equality,
        "overlap" => Measure::Overlap,
        "jaccard" => Measure::Jaccard,
        "distance" => Measure::Distance,
        "at_least" => Measure::AtLeast,
        "gap_in_years" => Measure::GapInYears,
        "mixed" => Measure::Mixed,
        _ => return None,
    };
    let (field, other, weight) = (then.field.clone(), then.other.clone(), then.weight);
    Criterion { field, with, other, measure, weight, order: Vec::new() }.fitted(questions).ok()
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
        assert_eq!(
            changed("language = \"id\" ", "procedures = []\nlanguage = \"id\" "),
            ["procedures"]
        );
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
            let read: Configured =
                serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
            assert_eq!(before, read, "else every cycle would record a change: {seconds}");
        }
    }

    /// A configuration of which everything that is recorded is not as it is by default.
    fn another() -> Config {
        let mut text = EXAMPLE
            .replace("end = \"2026-12-20\"", "end = \"2026-12-27\"")
            .replace("to = \"2026-10-02\"", "to = \"2026-10-03\"")
            .replace("\"report\", \"contacts\"]", "\"report\"]")
            .replace("# group_size = { min = 5", "group_size = { min = 4")
            .replace("# reading = \"mixed\"", "reading = \"equal\"")
            .replace("# deadline_s = 30", "deadline_s = 2.5")
            .replace("# randomise = true", "randomise = true");
        for (field, other, with, measure) in [
            ("conversation_style", "conversation_style", "members", "mixed"),
            ("conversation_style", "conversation_style", "members", "equality"),
            ("interests", "interests", "mentor", "overlap"),
            ("interests", "interests", "mentor", "jaccard"),
            ("reading_level", "reading_level", "mentor", "at_least"),
            ("reading_level", "reading_level", "mentor", "distance"),
            ("birth_date", "birth_date", "mentor", "gap_in_years"),
        ] {
            text += &format!(
                "\n[[matching.criteria]]\nfield = \"{field}\"\nother = \"{other}\"\nwith = \"{with}\"\nmeasure = \
                 \"{measure}\"\nweight = 3\n"
            );
        }
        text += "\n[[procedures]]\nkey = \"support\"\nname = \"Dukungan\"\nsubject = \"support_request\"\n";
        text += "[[procedures.steps]]\nkey = \"asked\"\nname = \"Diminta\"\nreached_by = \"asked\"\ndays = 9\n";
        let config = Config::parse(Path::new("config/halaqah.toml"), &text).unwrap();
        let mut numbers = 1..;
        let weights = Weights::by_name(|_| numbers.next().unwrap());
        Config { weights, ..config }
    }

    #[test]
    fn a_recorded_configuration_can_be_put_back_whole() {
        let forms = Forms::built_in().unwrap();
        let (today, then) =
            (Config::parse(Path::new("config/halaqah.toml"), EXAMPLE).unwrap(), another());
        assert_eq!(
            today.recorded().changed(Some(&then.recorded())).len(),
            5,
            "every part is another one"
        );
        let (back, kept) = today.as_recorded(&then.recorded(), &forms);
        assert_eq!(kept, [""; 0]);
        assert_eq!(back.recorded(), then.recorded());
        assert_eq!(back.criteria, then.criteria, "also what the questions add");
        let (forth, kept) = back.as_recorded(&today.recorded(), &forms);
        assert_eq!((forth.recorded(), kept), (today.recorded(), vec![]));
        assert_eq!(forth.seasons, today.seasons, "with their names");
    }

    #[test]
    fn what_cannot_be_put_back_stays_as_it_is_and_is_named() {
        let forms = Forms::built_in().unwrap();
        let today = Config::parse(Path::new("config/halaqah.toml"), EXAMPLE).unwrap();
        let kept = |change: &dyn Fn(&mut Configured)| {
            let mut then = another().recorded();
            change(&mut then);
            let (back, kept) = today.as_recorded(&then, &forms);
            assert_eq!(back.recorded().changed(Some(&then)), kept);
            assert!(
                kept != ["matching"] || back.recorded().matching == today.recorded().matching,
                "none of it or all"
            );
            kept
        };
        assert_eq!(kept(&|then| then.matching.criteria[0].field = "colour".into()), ["matching"]);
        assert_eq!(kept(&|then| then.matching.criteria[0].measure = "taste".into()), ["matching"]);
        assert_eq!(kept(&|then| then.matching.criteria[0].with = "parents".into()), ["matching"]);
        assert_eq!(kept(&|then| then.matching.reading = "aloud".into()), ["matching"]);
        assert_eq!(kept(&|then| _ = then.matching.weights.insert("taste".into(), 3)), ["matching"]);
        assert_eq!(kept(&|then| then.procedures[0].subject = "cat".into()), ["procedures"]);
        assert_eq!(
            kept(&|then| then.procedures[0].steps[0].reached_by = "flown".into()),
            ["procedures"]
        );
    }

    #[test]
    fn how_a_step_is_reached_is_recorded_as_the_configuration_writes_it() {
        let config = Config::parse(Path::new("config/halaqah.toml"), EXAMPLE).unwrap();
        for procedure in &config.procedures {
            for step in &procedure.steps {
                let text = step.reached_by.text(procedure.subject);
                assert_eq!(
                    Condition::read(&text, procedure.subject).unwrap(),
                    step.reached_by,
                    "{text}"
                );
            }
        }
    }
}
