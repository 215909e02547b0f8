//! Procedures with deadlines, as a board has written them down: for each kind of subject the steps,
//! and the condition by which each step is reached. The steps are data from the configuration.

use std::fmt;
use std::str::FromStr;

use super::mentor_steps::STEPS;
use super::record::Record;

/// The kind of subject that a procedure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A mentee who registered in the season, has not left, and whose guardian has not refused.
    Mentee,
    /// A mentor who applied in the season.
    Mentor,
    /// A request of the season, or an older one that is still open.
    SupportRequest,
    /// An organisation that was contacted as a partner.
    Partner,
    /// A document that was recorded.
    Document,
}

impl Subject {
    /// All kinds of subjects, in order of declaration.
    pub const ALL: [Self; 5] =
        [Self::Mentee, Self::Mentor, Self::SupportRequest, Self::Partner, Self::Document];

    /// Returns the word for it in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Mentee => "mentee",
            Self::Mentor => "mentor",
            Self::SupportRequest => "support_request",
            Self::Partner => "partner",
            Self::Document => "document",
        }
    }

    /// Returns the forms whose rows can be about such a subject.
    pub fn forms(self) -> &'static [&'static str] {
        match self {
            Self::Mentee => &[
                "mentee_registration",
                "guardian_consent",
                "mentee_follow_up",
                "memorization_record",
            ],
            Self::Mentor => &["mentor_application", "mentor_training"],
            Self::SupportRequest => &["support_request", "support_follow_up"],
            Self::Partner => &["partner_contact"],
            Self::Document => &["document_record"],
        }
    }

    /// Returns the ways in which the condition of a step for such a subject can be written.
    pub fn conditions(self) -> Vec<&'static str> {
        let steps = (self == Self::Mentor).then_some("passed:STEP,STEP");
        let states = self.states().iter().map(|(name, _)| *name);
        states.chain(steps).chain(["row:FORM", "row:FORM.question=code,code"]).collect()
    }

    /// Returns the states that can be a step for such a subject, with their words in the
    /// configuration. `passed:` is not among them.
    fn states(self) -> &'static [(&'static str, State)] {
        match self {
            Self::Mentee => &[
                ("registered", State::Registered),
                ("consent_complete", State::ConsentComplete),
                ("placed", State::Placed),
                ("first_meeting", State::FirstMeeting),
            ],
            Self::Mentor => &[
                ("applied", State::Applied),
                ("ready", State::Ready),
                ("leads_group", State::LeadsGroup),
            ],
            Self::SupportRequest => &[("asked", State::Asked), ("closed", State::Closed)],
            Self::Partner | Self::Document => &[],
        }
    }
}

/// A state that follows from many rows together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The mentee registered in the season.
    Registered,
    /// The mentee is of age, or the guardian agrees.
    ConsentComplete,
    /// The mentee belongs, or belonged, to a group in the season.
    Placed,
    /// The mentee was present at a meeting of the season.
    FirstMeeting,
    /// The mentor applied in the season.
    Applied,
    /// The mentor has passed every step.
    Ready,
    /// The mentor has led a group.
    LeadsGroup,
    /// The mentor asked.
    Asked,
    /// The request was resolved or declined.
    Closed,
}

/// The condition by which a step is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The subject is in a state.
    State(State),
    /// The mentor has passed these steps of screening and training.
    Passed(Vec<&'static str>),
    /// A row of a form is about the subject, with one of these answers to a question if one is
    /// named.
    Row {
        /// The form's key.
        form: String,
        /// The question's key and the codes that count.
        answer: Option<(String, Vec<String>)>,
    },
}

/// What a procedure is about, or the condition of a step, that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// No procedure is about this.
    #[error("unknown subject \"{0}\"")]
    Subject(String),
    /// A mentor has no step of this name.
    #[error("unknown step of a mentor \"{0}\"")]
    MentorStep(String),
    /// No state of the subject has this name.
    #[error("unknown condition \"{text}\" of a {subject}")]
    State {
        /// What the procedure is about.
        subject: Subject,
        /// The condition.
        text: String,
    },
    /// No row of this form is about the subject.
    #[error("no row of \"{form}\" is about a {subject}")]
    Form {
        /// What the procedure is about.
        subject: Subject,
        /// The form.
        form: String,
    },
    /// A question without the codes that count, or codes without a question.
    #[error("question and codes that do not stand together")]
    Codes,
    /// The form does not ask this question.
    #[error("no question \"{question}\" in the form {form}")]
    Question {
        /// The form.
        form: String,
        /// The question's key.
        question: String,
        /// The keys that the form has.
        known: Vec<String>,
    },
    /// The question has no such choice.
    #[error("no choice \"{code}\" of the question {question}")]
    Choice {
        /// The question's key.
        question: String,
        /// The choice's code.
        code: String,
        /// The codes that the question has.
        known: Vec<String>,
    },
}

impl Condition {
    /// Reads a condition: a state such as `placed`, `passed:interview,reading_test`, or a row such
    /// as `row:support_follow_up.status=resolved,declined`.
    ///
    /// # Errors
    /// It is none of them, or not one for this subject.
    pub fn read(text: &str, subject: Subject) -> Result<Self, ConditionError> {
        if let Some(row) = text.strip_prefix("row:") {
            return Self::read_row(row, subject);
        }
        if let Some(steps) = text.strip_prefix("passed:").filter(|_| subject == Subject::Mentor) {
            let known = |step: &str| {
                let named = STEPS.into_iter().find(|known| *known == step.trim());
                named.ok_or_else(|| ConditionError::MentorStep(step.to_owned()))
            };
            return steps.split(',').map(known).collect::<Result<_, _>>().map(Self::Passed);
        }
        let state = subject.states().iter().find(|(name, _)| *name == text);
        state
            .map(|(_, state)| Self::State(*state))
            .ok_or_else(|| ConditionError::State { subject, text: text.to_owned() })
    }

    fn read_row(row: &str, subject: Subject) -> Result<Self, ConditionError> {
        let (place, codes) =
            row.split_once('=').map_or((row, None), |(place, codes)| (place, Some(codes)));
        let (form, question) =
            place.split_once('.').map_or((place, None), |(form, question)| (form, Some(question)));
        if !subject.forms().contains(&form) {
            return Err(ConditionError::Form { subject, form: form.to_owned() });
        }
        let codes: Vec<String> = codes
            .unwrap_or_default()
            .split(',')
            .map(|code| code.trim().to_owned())
            .filter(|c| !c.is_empty())
            .collect();
        let answer = match question {
            Some(question) if !codes.is_empty() => Some((question.to_owned(), codes)),
            None if codes.is_empty() => None,
            _ => return Err(ConditionError::Codes),
        };
        Ok(Self::Row { form: form.to_owned(), answer })
    }

    /// Returns the condition as the configuration writes it for a kind of subject.
    pub fn text(&self, subject: Subject) -> String {
        match self {
            Self::State(state) => {
                let named = subject.states().iter().find(|(_, known)| known == state);
                named.map(|(name, _)| (*name).to_owned()).unwrap_or_default()
            }
            Self::Passed(steps) => format!("passed:{}", steps.join(",")),
            Self::Row { form, answer: None } => format!("row:{form}"),
            Self::Row { form, answer: Some((question, codes)) } => {
                format!("row:{form}.{question}={}", codes.join(","))
            }
        }
    }

    /// Returns the form whose rows the condition looks at; `None` for a state.
    pub fn form(&self) -> Option<&str> {
        match self {
            Self::Row { form, .. } => Some(form),
            Self::State(_) | Self::Passed(_) => None,
        }
    }

    /// Returns whether the condition is a row and `record` is such a row.
    pub(super) fn fits(&self, record: &Record) -> bool {
        match self {
            Self::Row { form, answer } => {
                record.form == form.as_str()
                    && answer.as_ref().is_none_or(|(question, codes)| {
                        let given = record
                            .answers
                            .text(question)
                            .is_some_and(|text| codes.iter().any(|c| c == text));
                        given
                            || record
                                .answers
                                .list(question)
                                .iter()
                                .any(|text| codes.iter().any(|c| c == text))
                    })
            }
            Self::State(_) | Self::Passed(_) => false,
        }
    }
}

/// One step of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The step's key.
    pub key: String,
    /// The step's name as people read it.
    pub name: String,
    /// The condition by which the step is reached.
    pub reached_by: Condition,
    /// The number of days allowed since the step before; `None` without a deadline.
    pub days: Option<u32>,
}

/// A procedure: its steps in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// The procedure's key.
    pub key: String,
    /// The procedure's name as people read it.
    pub name: String,
    /// The kind of subject that it is about.
    pub subject: Subject,
    /// The steps in their order; never empty.
    pub steps: Vec<Step>,
}

impl FromStr for Subject {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let named = Self::ALL.into_iter().find(|subject| subject.key() == text);
        named.ok_or_else(|| ConditionError::Subject(text.to_owned()))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}
