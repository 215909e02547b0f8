//! What of a form's rows is private, and which of its answers name a person: what is sealed in the
//! ledger follows from it.
//!
//! Private is what the form calls personal or confidential; and, whatever the form calls it, a
//! person's name or phone, and everything but codes and numbers in a form by which a person
//! introduces himself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use compact_str::CompactString;

use super::Forms;
use super::definition::{FormDefinition, Kind, Sensitivity};
use crate::ledger::answers::Answers;
use crate::ledger::names::Names;
use crate::ledger::people::{MenteeIndex, Mentees, MentorIndex, Mentors, Person};
use crate::ledger::record::Record;
use crate::ledger::records::Records;
use crate::ledger::sealed::{Owner, Privacy};

/// Forms by which people introduce themselves: their rows are the person.
const INTRODUCTIONS: [&str; 2] = ["mentee_registration", "mentor_application"];

/// Questions that name somebody in text that is no reference.
const NAMES_IN_TEXT: [&str; 7] =
    ["approved_by", "assessor", "contact_name", "handled_by", "officer", "owner", "responsible"];

/// The questions that say whom a row is about, the first that is answered.
const SUBJECTS: [&str; 6] = ["child", "mentee", "member", "beneficiary", "name", "mentor"];

/// A form that names a mentor and is about the whole group.
const ABOUT_A_GROUP: &str = "placement_decision";

/// Forms whose rows never share a key with the person whom they are about.
const OWN_KEY: [&str; 2] = ["support_request", "support_follow_up"];

/// Among whom a name is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// The mentees.
    Mentee,
    /// The mentors.
    Mentor,
    /// The mentees, then the mentors.
    Any,
}

/// One person among the mentees and the mentors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MenteeOrMentor {
    /// A mentee.
    Mentee(MenteeIndex),
    /// A mentor.
    Mentor(MentorIndex),
}

/// What is private in one form.
#[derive(Debug, Clone, Default)]
struct FormPrivacy {
    private: BTreeSet<String>,
    names: BTreeMap<String, Who>,
    /// Whether it is private as text, not as a code or a number: what nothing is left of when the
    /// person is erased.
    text: BTreeSet<String>,
    /// Answers to a published instrument: numbers, but they say who somebody is, and no figure
    /// counts them.
    instrument: BTreeSet<String>,
}

/// What is private in every form.
#[derive(Debug, Clone, Default)]
pub struct Private {
    forms: BTreeMap<String, FormPrivacy>,
}

impl Private {
    /// What follows from the definitions.
    pub fn of(forms: &Forms) -> Self {
        Self {
            forms: forms
                .iter()
                .map(|form| (form.key().to_owned(), form_privacy(&form.definition)))
                .collect(),
        }
    }

    /// Whether the answer to a question is private.
    pub fn is_private(&self, form: &str, question: &str) -> bool {
        self.forms.get(form).is_some_and(|form| form.private.contains(question))
    }

    /// Whether an answer is words of somebody's own, a name, a phone or a date: nothing that
    /// figures count as it stands.
    pub fn is_text(&self, form: &str, question: &str) -> bool {
        self.forms.get(form).is_some_and(|form| form.text.contains(question))
    }

    /// Whether an answer belongs to a published instrument, such as one about personality.
    pub fn is_of_instrument(&self, form: &str, question: &str) -> bool {
        self.forms.get(form).is_some_and(|form| form.instrument.contains(question))
    }

    /// Whom the answer to a question names, if it names anybody.
    pub fn names(&self, form: &str, question: &str) -> Option<Who> {
        self.forms.get(form)?.names.get(question).copied()
    }

    /// Whether the rows of a form are people themselves.
    pub fn introduces(form: &str) -> bool {
        INTRODUCTIONS.contains(&form)
    }

    /// Whose rows are whose, by all rows there are.
    pub fn owners<'s, 'a>(
        &'s self,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Owners<'s, 'a> {
        let (records, mut names) = (Records::new(records), Names::default());
        let mentees = Mentees::merge(&records, &mut names);
        let mentors = Mentors::merge(&records, &mut names);
        let (people, found) = (HashMap::new(), HashMap::new());
        let mut owners = Owners { private: self, names, mentees, mentors, people, found };
        owners.people = owners
            .everybody()
            .flat_map(|(one, person)| person.records.iter().map(move |record| (record, one)))
            .map(|(record, one)| ((record.form.as_str(), record.source.key.as_str()), one))
            .collect();
        owners
    }
}

/// The questions of a form that name people.
pub(super) fn name_questions(form: &FormDefinition) -> BTreeSet<String> {
    form_privacy(form).names.into_keys().collect()
}

fn form_privacy(form: &FormDefinition) -> FormPrivacy {
    let mut privacy = FormPrivacy::default();
    let introduces = Private::introduces(&form.key);
    for question in &form.questions {
        let name = match (question.kind, question.who.as_deref()) {
            (Kind::Person, Some("mentor")) => Some(Who::Mentor),
            (Kind::Person, Some("any")) => Some(Who::Any),
            (Kind::Person | Kind::MemberList, _) => Some(Who::Mentee),
            _ if question.key == "preferred_friend" => Some(Who::Mentee),
            _ if form.key == "mentee_follow_up"
                && matches!(question.key.as_str(), "name" | "phone") =>
            {
                Some(Who::Mentee)
            }
            _ => None,
        };
        let text = matches!(
            question.kind,
            Kind::Text
                | Kind::Paragraph
                | Kind::Phone
                | Kind::Date
                | Kind::Person
                | Kind::MemberList
        );
        let is_private = question.sensitivity != Sensitivity::Public
            || name.is_some()
            || question.kind == Kind::Phone
            || (introduces && text)
            || NAMES_IN_TEXT.contains(&question.key.as_str());
        if is_private {
            privacy.private.insert(question.key.clone());
            if text {
                privacy.text.insert(question.key.clone());
            }
        }
        privacy.names.extend(name.map(|who| (question.key.clone(), who)));
    }
    if form.instrument.is_some() {
        privacy
            .instrument
            .extend(form.batteries.iter().flat_map(|battery| battery.statements.iter().cloned()));
    }
    privacy
}

/// Whose the answers of rows are.
pub struct Owners<'s, 'a> {
    private: &'s Private,
    names: Names<'a>,
    mentees: Mentees<'a>,
    mentors: Mentors<'a>,
    /// Whom a row introduces, by form and key.
    people: HashMap<(&'a str, &'a str), MenteeOrMentor>,
    found: HashMap<(Who, CompactString), Option<MenteeOrMentor>>,
}

impl<'a> Owners<'_, 'a> {
    /// All mentees, then all mentors.
    pub fn everybody(&self) -> impl Iterator<Item = (MenteeOrMentor, &Person<'a>)> {
        let mentees = self.mentees.iter();
        let mentors = self.mentors.iter();
        mentees
            .map(|(index, person)| (MenteeOrMentor::Mentee(index), person))
            .chain(mentors.map(|(index, person)| (MenteeOrMentor::Mentor(index), person)))
    }

    /// One of them.
    pub fn person(&self, one: MenteeOrMentor) -> &Person<'a> {
        match one {
            MenteeOrMentor::Mentee(index) => &self.mentees[index],
            MenteeOrMentor::Mentor(index) => &self.mentors[index],
        }
    }

    /// Whom a text means.
    pub fn find(&mut self, who: Who, text: &str) -> Option<MenteeOrMentor> {
        if text.is_empty() {
            return None;
        }
        if let Some(found) = self.found.get(&(who, CompactString::from(text))) {
            return *found;
        }
        let mentee = || self.mentees.find(&self.names, text).map(MenteeOrMentor::Mentee);
        let mentor = || self.mentors.find(&self.names, text).map(MenteeOrMentor::Mentor);
        let found = match who {
            Who::Mentee => mentee(),
            Who::Mentor => mentor(),
            Who::Any => mentee().or_else(mentor),
        };
        self.found.insert((who, text.into()), found);
        found
    }

    /// The person whom a row is about.
    pub fn person_of(
        &mut self,
        form: &str,
        key: &str,
        answers: &Answers,
    ) -> Option<MenteeOrMentor> {
        if Private::introduces(form) {
            return self.people.get(&(form, key)).copied();
        }
        if form == ABOUT_A_GROUP {
            return None;
        }
        let mut named = SUBJECTS.iter().filter_map(|question| {
            let who = self.private.names(form, question)?;
            Some((who, answers.text(question)?.to_owned()))
        });
        let (who, name) = named.next()?;
        let phone = answers.text("phone").filter(|_| form == "mentee_follow_up").map(str::to_owned);
        phone.and_then(|phone| self.find(who, &phone)).or_else(|| self.find(who, &name))
    }

    fn rows_of(&self, one: MenteeOrMentor) -> Owner {
        let row = |record: &&Record| (record.form.clone(), record.source.key.clone());
        self.person(one).records.iter().map(row).collect()
    }
}

impl Privacy for Owners<'_, '_> {
    fn is_private(&self, form: &str, question: &str) -> bool {
        self.private.is_private(form, question)
    }

    /// A request for support has a key of its own: its story may have to go long before the people
    /// do.
    fn subject(&mut self, form: &str, key: &str, answers: &Answers) -> Option<Owner> {
        if OWN_KEY.contains(&form) {
            return None;
        }
        self.person_of(form, key, answers).map(|person| self.rows_of(person))
    }

    fn named(&mut self, form: &str, question: &str, name: &str) -> Option<Owner> {
        let who = self.private.names(form, question)?;
        self.find(who, name).map(|person| self.rows_of(person))
    }
}
