//! The answers of one row, by question key.
//!
//! The ledger writes them with JSON's own types only, so that any program can read them: text,
//! whole numbers, decimal numbers and lists of text. A date is text (`2026-07-14`), a phone is
//! E.164 text, money is whole rupiah.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use compact_str::{CompactString, ToCompactString};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::codes::Code;

/// One typed answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Text, the code of a choice, a phone (`+62…`) or a date (`2026-07-14`).
    Text(CompactString),
    /// A whole number: a point on a scale, an integer, money in rupiah or the number of a surah.
    Integer(i64),
    /// A decimal number, such as hours.
    Number(f64),
    /// Several codes, or the names in a list of members.
    List(Box<[CompactString]>),
}

/// The answers of one row in the order of the form's questions, without unanswered questions.
///
/// Questions and answers are separate lists, so that rows that answer the same questions can share
/// one list of questions: a program keeps tens of thousands of rows in memory.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    questions: Questions,
    answers: Vec<Answer>,
}

/// The keys of the questions that were answered.
#[derive(Debug, Clone)]
enum Questions {
    Own(Vec<CompactString>),
    Shared(Arc<[CompactString]>),
}

impl Default for Questions {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

/// The lists of questions that rows share. They only save memory, so any two compare as equal.
#[derive(Debug, Clone, Default)]
pub struct QuestionLists(BTreeSet<Arc<[CompactString]>>);

impl PartialEq for QuestionLists {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl QuestionLists {
    /// Returns the lists, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<[CompactString]>> {
        self.0.iter()
    }
}

impl FromIterator<Arc<[CompactString]>> for QuestionLists {
    fn from_iter<I: IntoIterator<Item = Arc<[CompactString]>>>(lists: I) -> Self {
        Self(lists.into_iter().collect())
    }
}

impl Answers {
    /// Returns answers to a shared list of questions, in the same order.
    pub(super) fn with_questions(list: Arc<[CompactString]>, answers: Vec<Answer>) -> Self {
        Self { questions: Questions::Shared(list), answers }
    }

    /// Returns the list of questions and the list of their answers.
    pub(super) fn parts(&self) -> (&[CompactString], &[Answer]) {
        (self.questions(), &self.answers)
    }

    /// Adds or replaces the answer to the question `key`.
    pub fn insert(&mut self, key: &str, answer: Answer) {
        match self.questions().iter().position(|question| question == key) {
            Some(place) => self.answers[place] = answer,
            None => {
                if let Questions::Shared(shared) = &self.questions {
                    self.questions = Questions::Own(shared.to_vec());
                }
                if let Questions::Own(own) = &mut self.questions {
                    own.push(key.to_compact_string());
                }
                self.answers.push(answer);
            }
        }
    }

    /// Releases unused memory, and replaces the list of questions by an equal one from `lists`, to
    /// which it is added if there is none.
    pub fn share_questions(&mut self, lists: &mut QuestionLists) {
        self.answers.shrink_to_fit();
        if let Questions::Own(own) = &mut self.questions {
            let list = match lists.0.get(own.as_slice()) {
                Some(list) => Arc::clone(list),
                None => {
                    let list: Arc<[CompactString]> = std::mem::take(own).into();
                    lists.0.insert(Arc::clone(&list));
                    list
                }
            };
            self.questions = Questions::Shared(list);
        }
    }

    fn questions(&self) -> &[CompactString] {
        match &self.questions {
            Questions::Own(own) => own,
            Questions::Shared(shared) => shared,
        }
    }

    /// Returns the answer to a question, if it was answered.
    pub fn get(&self, key: &str) -> Option<&Answer> {
        let place = self.questions().iter().position(|question| question == key)?;
        self.answers.get(place)
    }

    /// Returns all questions and answers, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.questions().iter().map(CompactString::as_str).zip(&self.answers)
    }

    /// Returns the answer to `key` if it is text (also a code or a phone).
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Answer::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the member of a closed set whose code answers `key`.
    pub fn code<C: Code>(&self, key: &str) -> Option<C> {
        C::of(self.text(key)?)
    }

    /// Returns the answer to `key` if it is a whole number, or text that reads as one: the code of
    /// a choice may be a number (`"8"`).
    pub fn integer(&self, key: &str) -> Option<i64> {
        match self.get(key)? {
            Answer::Integer(n) => Some(*n),
            Answer::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Returns the answer to `key` if it is a number, whole or decimal.
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Answer::Integer(n) => Some(*n as f64),
            Answer::Number(n) => Some(*n),
            _ => None,
        }
    }

    /// Returns the answer to `key` if it is a date.
    pub fn date(&self, key: &str) -> Option<NaiveDate> {
        self.text(key)?.parse().ok()
    }

    /// Returns the codes or names that answer `key`; empty if it was not answered.
    pub fn list(&self, key: &str) -> &[CompactString] {
        match self.get(key) {
            Some(Answer::List(list)) => list,
            _ => &[],
        }
    }
}

impl PartialEq for Answers {
    fn eq(&self, other: &Self) -> bool {
        self.questions() == other.questions() && self.answers == other.answers
    }
}

impl<K: AsRef<str>> FromIterator<(K, Answer)> for Answers {
    fn from_iter<I: IntoIterator<Item = (K, Answer)>>(pairs: I) -> Self {
        let mut answers = Self::default();
        for (key, answer) in pairs {
            answers.insert(key.as_ref(), answer);
        }
        answers
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Integer(n) => serializer.serialize_i64(*n),
            Self::Number(n) => serializer.serialize_f64(*n),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnswerVisitor;
        impl<'de> Visitor<'de> for AnswerVisitor {
            type Value = Answer;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an answer: text, a number or a list of texts")
            }
            fn visit_str<E>(self, text: &str) -> Result<Answer, E> {
                Ok(Answer::Text(text.into()))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Answer, E> {
                Ok(Answer::Integer(n))
            }
            fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Answer, E> {
                i64::try_from(n).map(Answer::Integer).map_err(E::custom)
            }
            fn visit_f64<E>(self, n: f64) -> Result<Answer, E> {
                Ok(Answer::Number(n))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Answer, A::Error> {
                // `Vec` limits the memory that it reserves for the announced length, so a damaged
                // snapshot cannot exhaust the memory.
                Vec::deserialize(SeqAccessDeserializer::new(seq))
                    .map(|list| Answer::List(list.into()))
            }
        }
        deserializer.deserialize_any(AnswerVisitor)
    }
}

impl Serialize for Answers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.answers.len()))?;
        for (key, answer) in self.iter() {
            map.serialize_entry(key, answer)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnswersVisitor;
        impl<'de> Visitor<'de> for AnswersVisitor {
            type Value = Answers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from question key to answer")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answers, A::Error> {
                let (mut questions, mut answers) = (Vec::new(), Vec::new());
                while let Some((question, answer)) = map.next_entry::<CompactString, Answer>()? {
                    questions.push(question);
                    answers.push(answer);
                }
                Ok(Answers { questions: Questions::Own(questions), answers })
            }
        }
        deserializer.deserialize_map(AnswersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_round_and_keeps_the_order() {
        let text = r#"{"full_name":"Ahmad Satu","hours":2.5,"max_mentees":"8","reach":200,"slots":["fri_afternoon","sat_morning"],"date":"2026-07-14"}"#;
        let answers: Answers = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&answers).unwrap(), text);
        assert_eq!(answers.integer("max_mentees"), Some(8));
        assert_eq!(answers.number("hours"), Some(2.5));
        assert_eq!(answers.date("date"), NaiveDate::from_ymd_opt(2026, 7, 14));
        assert_eq!(answers.list("slots").len(), 2);
        assert_eq!(answers.list("nothing"), &[] as &[CompactString]);
    }
}
