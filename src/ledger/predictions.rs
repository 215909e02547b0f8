//! The scores that were predicted for placements when they were decided, folded from the ledger's
//! lines in their order.
//!
//! A decision in the tab holds the suggestion that it is about. A row of the form
//! `placement_decision` does not: the last suggestions before the row was recorded are those that
//! the coordinator saw, or could have seen.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::codes::PlacementAction;
use super::event::{Event, IssuedSuggestion, IssuedSuggestions};
use super::names::normal_name;
use super::people::MenteeIndex;
use super::standing::Standing;

/// One decision with the suggestions that it followed.
#[derive(Debug, Clone)]
struct Decided {
    /// The normal name of the group that the mentees join.
    group: CompactString,
    date: NaiveDate,
    /// The mentees by code or, in a row of a form, as written.
    members: Vec<CompactString>,
    suggested: Rc<[IssuedSuggestion]>,
    weights: Rc<BTreeMap<CompactString, f64>>,
}

/// The prediction for one placement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction<'p> {
    /// The suggestion that the placement followed.
    pub suggestion: &'p IssuedSuggestion,
    /// The weights of the suggestion's terms.
    pub weights: &'p BTreeMap<CompactString, f64>,
}

/// All decisions so far, with the suggestions before them.
#[derive(Debug, Clone, Default)]
pub struct Predictions {
    suggested: Rc<[IssuedSuggestion]>,
    weights: Rc<BTreeMap<CompactString, f64>>,
    decided: Vec<Decided>,
}

impl Predictions {
    /// Returns whether [`Predictions::take`] uses events of a type.
    pub fn reads(kind: &str) -> bool {
        let row = kind.strip_prefix("placement_decision.");
        matches!(kind, "suggestions_issued" | "placement_decided")
            || matches!(row, Some("submitted" | "amended"))
    }

    /// Folds an event, in the order of the ledger.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::SuggestionsIssued(IssuedSuggestions { weights, suggestions, .. }) => {
                (self.suggested, self.weights) = (suggestions.into(), Rc::new(weights));
            }
            Event::PlacementDecided(decision) => {
                let Some(group) = decision.group else { return };
                let suggested = decision.suggested.into();
                self.decide(&group, decision.date, decision.mentees, suggested);
            }
            Event::Submitted(form, row) | Event::Amended(form, row)
                if form == "placement_decision" =>
            {
                let places = matches!(
                    row.answers.code("action"),
                    Some(PlacementAction::FormGroup | PlacementAction::Join)
                );
                if let Some(group) = row.answers.text("group").filter(|_| places) {
                    self.decide(
                        group,
                        row.date,
                        row.answers.list("members").to_vec(),
                        Rc::clone(&self.suggested),
                    );
                }
            }
            _ => {}
        }
    }

    fn decide(
        &mut self,
        group: &str,
        date: NaiveDate,
        members: Vec<CompactString>,
        suggested: Rc<[IssuedSuggestion]>,
    ) {
        let (group, weights) = (normal_name(group), Rc::clone(&self.weights));
        self.decided.push(Decided { group, date, members, suggested, weights });
    }

    /// Returns the prediction for a mentee who joined a group on a day; `None` unless a suggestion
    /// was followed.
    pub fn of(
        &self,
        standing: &Standing<'_>,
        mentee: MenteeIndex,
        group: &str,
        mentor: &str,
        day: NaiveDate,
    ) -> Option<Prediction<'_>> {
        let code = &standing.mentees[mentee].code;
        let means =
            |text: &CompactString| text == code || standing.find_mentee(text) == Some(mentee);
        let decided = self.decided.iter().find(|decided| {
            decided.date == day && decided.group == group && decided.members.iter().any(means)
        })?;
        let suggestion =
            decided.suggested.iter().find(|one| one.mentee == *code && one.mentor == mentor)?;
        Some(Prediction { suggestion, weights: &decided.weights })
    }
}
