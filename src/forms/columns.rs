//! Which column answers which question: found by title, never by position.

use super::{Form, Forms};
use crate::forms::text::fold;
use crate::ledger::event::ObservedTab;
use crate::table::tab::ReadTab;
use crate::table::{Cell, cell_at};

/// The columns of a tab as a form sees them.
pub struct Columns {
    /// The column of timestamps.
    pub timestamp: usize,
    /// For each question of the form: its columns, from left to right.
    pub of_question: Vec<Vec<usize>>,
    /// Columns with a title that belongs to no question.
    pub unknown: Vec<usize>,
    /// Every mapped column and the timestamp's, in order.
    pub mapped: Vec<usize>,
}

impl Columns {
    /// Maps the titles of `titles` (the first row of a tab).
    pub fn of(forms: &Forms, form: &Form, titles: &[Cell]) -> Self {
        let is_timestamp =
            |title: &Cell| forms.timestamp_titles.contains(&fold(&title.to_string()));
        let timestamp = titles.iter().position(is_timestamp).unwrap_or(0);
        let mut of_question = vec![Vec::new(); form.definition.questions.len()];
        let mut unknown = Vec::new();
        let mut mapped = vec![timestamp];
        for (column, title) in titles.iter().enumerate() {
            if column == timestamp || title.is_blank() {
                continue;
            }
            match form.question_titled(&title.to_string()) {
                Some(question) => {
                    of_question[question].push(column);
                    mapped.push(column);
                }
                None => unknown.push(column),
            }
        }
        mapped.sort_unstable();
        Self { timestamp, of_question, unknown, mapped }
    }

    /// The keys of required questions that no column answers and that have no default: without them
    /// every row would be rejected, so the tab is left alone until somebody mends it.
    pub fn missing_questions<'f>(&self, form: &'f Form) -> Vec<&'f str> {
        let questions = || form.definition.questions.iter().zip(&self.of_question);
        let missing = questions()
            .filter(|(question, columns)| {
                question.required && question.default.is_none() && columns.is_empty()
            })
            .map(|(question, _)| question.key.as_str());
        let is_there = |statement: &String| {
            questions().any(|(question, columns)| question.key == *statement && !columns.is_empty())
        };
        let batteries = form.definition.batteries.iter().filter(|battery| battery.required);
        let without = batteries.filter(|battery| !battery.statements.iter().any(is_there));
        missing.chain(without.map(|battery| battery.key.as_str())).collect()
    }

    /// What the ledger remembers of the tab; `configured` is the name by which it was found.
    pub fn observed(&self, form: &Form, tab: &ReadTab, configured: &str) -> ObservedTab {
        let titles = tab.rows.first().map_or(&[][..], Vec::as_slice);
        let mut questions = Vec::new();
        for (question, columns) in form.definition.questions.iter().zip(&self.of_question) {
            questions
                .extend(columns.iter().map(|&column| (column, Some(question.key.as_str().into()))));
        }
        questions.extend(self.unknown.iter().map(|&column| (column, None)));
        questions.sort_unstable();
        ObservedTab {
            form: form.key().into(),
            tab: tab.sheet_id,
            title: tab.title.as_str().into(),
            configured: configured.into(),
            questions: questions
                .into_iter()
                .map(|(column, key)| (cell_at(titles, column).to_string().into(), key))
                .collect(),
        }
    }
}
