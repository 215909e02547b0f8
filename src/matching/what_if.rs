//! What if: the same program with changes that somebody considers. Nothing is recorded.

use chrono::NaiveDate;
use compact_str::CompactString;
use serde::Deserialize;

use super::instance::{GroupSize, Instance, Mentee, Mentor};
use crate::ledger::answers::{Answer, Answers};

/// The changes, as a file has them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhatIf {
    /// Codes of mentors who leave; their members need another place.
    pub leaves: Vec<CompactString>,
    /// Mentors who come, screened and without members.
    pub comes: Vec<Coming>,
    /// People whose slots change.
    pub slots: Vec<NewSlots>,
    /// Another size of groups.
    pub group_size: Option<GroupSize>,
}

/// A mentor who comes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coming {
    /// A code of the list `gender`.
    pub gender: CompactString,
    /// Codes of `weekly_slot`.
    pub slots: Vec<CompactString>,
    /// How many mentees the mentor takes.
    pub max_mentees: u32,
    /// The day of birth; without one the mentor is taken to be old enough for everybody.
    #[serde(default)]
    pub birth_date: Option<NaiveDate>,
    /// Whether an adult leads along: then the age does not matter.
    #[serde(default)]
    pub adult_co_mentor: bool,
}

/// The slots that somebody would have.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSlots {
    /// The code of a mentee who waits, or of a mentor.
    pub code: CompactString,
    /// Codes of `weekly_slot` that replace the present ones.
    pub slots: Vec<CompactString>,
}

/// Codes and empty answers for the mentors who come.
#[derive(Debug)]
pub struct Newcomers {
    codes: Vec<CompactString>,
    answers: Answers,
}

impl WhatIf {
    /// Makes what the changed instance borrows for the mentors who come.
    pub fn newcomers(&self) -> Newcomers {
        let codes = (1..=self.comes.len()).map(|number| format!("NEW{number}").into());
        let none: [(&str, Answer); 0] = [];
        Newcomers { codes: codes.collect(), answers: none.into_iter().collect() }
    }

    /// The changed instance; an error with the first code that nobody has.
    pub fn applied<'a>(
        &'a self,
        now: &Instance<'a>,
        newcomers: &'a Newcomers,
    ) -> Result<Instance<'a>, &'a str> {
        let mut then = now.clone();
        for code in &self.leaves {
            let at =
                then.mentors.iter().position(|mentor| mentor.code == code).ok_or(code.as_str())?;
            then.mentors.remove(at);
            let (gone, stays): (Vec<_>, Vec<_>) =
                then.groups.into_iter().partition(|group| group.mentor == code);
            then.groups = stays;
            let members = gone.iter().flat_map(|group| &group.members);
            then.mentees.extend(
                members.filter_map(|member| Mentee::from_answers(member.code, member.answers)),
            );
        }
        for (code, coming) in newcomers.codes.iter().zip(&self.comes) {
            then.mentors.push(Mentor {
                code,
                answers: &newcomers.answers,
                birth_date: coming.birth_date.unwrap_or(NaiveDate::MIN),
                gender: &coming.gender,
                slots: &coming.slots,
                max_mentees: coming.max_mentees,
                members_now: 0,
                ready: true,
                adult_co_mentor: coming.adult_co_mentor,
            });
        }
        for new in &self.slots {
            let mentee = then.mentees.iter_mut().find(|mentee| mentee.code == new.code);
            let mentor = then.mentors.iter_mut().find(|mentor| mentor.code == new.code);
            match (mentee, mentor) {
                (Some(mentee), _) => mentee.slots = &new.slots,
                (_, Some(mentor)) => mentor.slots = &new.slots,
                (None, None) => return Err(&new.code),
            }
        }
        then.group_size = self.group_size.unwrap_or(then.group_size);
        Ok(then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::suggest;

    #[test]
    fn a_mentor_who_comes_gives_places_and_one_nobody_knows_is_named() {
        let text = [("gender", "male"), ("birth_date", "2010-01-01")]
            .map(|(key, text)| (key, Answer::Text(text.into())));
        let slots = [("slots", Answer::List(["fri_afternoon".into()].into()))];
        let answers: Answers = text.into_iter().chain(slots).collect();
        let now = Instance {
            mentees: ["A1", "A2"]
                .iter()
                .map(|code| Mentee::from_answers(code, &answers).unwrap())
                .collect(),
            ..Instance::default()
        };
        let coming = Coming {
            gender: "male".into(),
            slots: vec!["fri_afternoon".into()],
            max_mentees: 5,
            birth_date: None,
            adult_co_mentor: false,
        };
        let group_size = Some(GroupSize { min: 2, target: 3, max: 5 });
        // A mentor of the mentees' own age brings an adult, or nobody.
        for (adult_co_mentor, placed) in [(false, 0), (true, 2)] {
            let young =
                Coming { birth_date: "2009-01-01".parse().ok(), adult_co_mentor, ..coming.clone() };
            let what_if = WhatIf { comes: vec![young], group_size, ..WhatIf::default() };
            assert_eq!(
                suggest(&what_if.applied(&now, &what_if.newcomers()).unwrap()).placed,
                placed
            );
        }
        let what_if = WhatIf { comes: vec![coming], group_size, ..WhatIf::default() };
        let newcomers = what_if.newcomers();
        assert_eq!(suggest(&now).placed, 0);
        assert_eq!(suggest(&what_if.applied(&now, &newcomers).unwrap()).placed, 2);
        let wrong = WhatIf { leaves: vec!["M9".into()], ..WhatIf::default() };
        assert_eq!(wrong.applied(&now, &newcomers).unwrap_err(), "M9");
    }
}
