//! The hard rules: what makes a mentee and a mentor impossible together, whatever the score.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::instance::{GroupSize, Instance, Mentee, Mentor, OpenGroup};

/// Why somebody cannot be placed with a mentor, in the order in which the rules are checked: the
/// later the rule, the nearer the pair was to a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// There is no mentor at all.
    NoMentor,
    /// Mentee and mentor are not of one gender.
    Gender,
    /// The mentor is not screened yet.
    NotScreened,
    /// The pair was rejected or is forbidden.
    MustNotJoin,
    /// The mentor is less than two school years older and no adult leads along.
    AgeGap,
    /// No weekly slot suits both.
    NoCommonSlot,
    /// The mentor has as many mentees as he or she takes.
    MentorFull,
    /// The mentor's groups are full and a new one is not possible.
    GroupFull,
    /// Both share a slot, but the mentor's group meets in another.
    OtherSlot,
    /// The mentor's new group would stay below the minimum.
    TooFewForGroup,
    /// The places went to others, so that the most people have one.
    PlacesTaken,
}

/// How many school years older than the mentees a mentor must be.
pub const YEARS_OLDER: i32 = 2;

/// The school year group of a birthday, named by the calendar year in which its July lies: July to
/// June is one group.
pub fn year_group(birth_date: NaiveDate) -> i32 {
    if birth_date.month() >= 7 { birth_date.year() } else { birth_date.year() - 1 }
}

/// Whether both are of one gender.
pub fn same_gender(mentee: &Mentee, mentor: &Mentor) -> bool {
    mentee.gender == mentor.gender
}

/// Whether the mentor is at least two school years older, or an adult leads along.
pub fn old_enough(mentee: &Mentee, mentor: &Mentor) -> bool {
    mentor.adult_co_mentor || years_apart(mentee.birth_date, mentor.birth_date)
}

/// Whether a mentor born on one day is at least two school years older than a mentee born on
/// another.
pub fn years_apart(mentee: NaiveDate, mentor: NaiveDate) -> bool {
    year_group(mentor) + YEARS_OLDER <= year_group(mentee)
}

/// Whether nobody has forbidden or rejected the pair.
pub fn may_join(instance: &Instance, mentee: &Mentee, mentor: &Mentor) -> bool {
    !instance.must_not.contains(&(mentee.code, mentor.code))
}

/// The slots in which the mentor can meet, in order: those answered, and those in which a group of
/// the mentor meets anyway.
pub fn slots_of_mentor<'a>(instance: &Instance<'a>, mentor: &Mentor<'a>) -> Vec<&'a str> {
    let kept = instance.groups_of(mentor.code).filter_map(|group| group.slot);
    let mut slots: Vec<&str> = mentor.slots.iter().map(|slot| slot.as_str()).chain(kept).collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// The slots of a mentor (as `slots_of_mentor` gives them) that suit a mentee too.
pub fn common_slots<'s>(
    mentee: &'s Mentee,
    of_mentor: &'s [&str],
) -> impl Iterator<Item = &'s str> {
    of_mentor.iter().copied().filter(|slot| mentee.slots.iter().any(|own| own == slot))
}

/// Places left in an open group, within the group's maximum and the mentor's own.
pub fn free_places(group: &OpenGroup, mentor: &Mentor, size: GroupSize) -> u32 {
    size.max.saturating_sub(group.size).min(mentor.remaining())
}

/// How many new groups a mentor may open: each filled at least to the minimum, and no more groups
/// in all than the mentor's own maximum needs (16 mentees in groups of at most 10 are two groups).
pub fn new_groups(instance: &Instance, mentor: &Mentor) -> u32 {
    let size = instance.group_size;
    let wanted = mentor.max_mentees.div_ceil(size.max.max(1));
    let now = u32::try_from(instance.groups_of(mentor.code).count()).unwrap_or(u32::MAX);
    wanted.saturating_sub(now).min(mentor.remaining() / size.min.max(1))
}

/// The first rule between a mentee and a mentor that does not hold, whether or not groups have
/// places; `slots` are the mentor's, as `slots_of_mentor` gives them.
pub fn pair_bar(
    instance: &Instance,
    mentee: &Mentee,
    mentor: &Mentor,
    slots: &[&str],
) -> Option<Bar> {
    let rules = [
        (Bar::Gender, same_gender(mentee, mentor)),
        (Bar::NotScreened, mentor.ready),
        (Bar::MustNotJoin, may_join(instance, mentee, mentor)),
        (Bar::AgeGap, old_enough(mentee, mentor)),
    ];
    let broken = rules.into_iter().find(|(_, holds)| !holds).map(|(bar, _)| bar);
    broken
        .or_else(|| common_slots(mentee, slots).next().is_none().then_some(Bar::NoCommonSlot))
        .or_else(|| (mentor.remaining() == 0).then_some(Bar::MentorFull))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::answers::Answers;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn mentor<'a>(answers: &'a Answers, birth: &str) -> Mentor<'a> {
        Mentor {
            code: "K1",
            answers,
            birth_date: day(birth),
            gender: "male",
            slots: &[],
            max_mentees: 16,
            members_now: 0,
            ready: true,
            adult_co_mentor: false,
        }
    }

    #[test]
    fn a_school_year_runs_from_july_to_june() {
        assert_eq!(year_group(day("2010-07-01")), year_group(day("2011-06-30")));
        assert_ne!(year_group(day("2010-06-30")), year_group(day("2010-07-01")));
    }

    #[test]
    fn a_mentor_is_two_school_years_older_or_has_an_adult_beside() {
        let answers = Answers::default();
        let mentee = Mentee {
            code: "A1",
            answers: &answers,
            birth_date: day("2010-08-01"),
            gender: "male",
            slots: &[],
            friend: None,
            current: None,
        };
        assert!(old_enough(&mentee, &mentor(&answers, "2009-06-30")));
        assert!(!old_enough(&mentee, &mentor(&answers, "2009-07-01")));
        let mut with_adult = mentor(&answers, "2010-09-01");
        with_adult.adult_co_mentor = true;
        assert!(old_enough(&mentee, &with_adult));
    }

    #[test]
    fn sixteen_mentees_are_two_groups_and_ten_are_one() {
        let answers = Answers::default();
        let (instance, mut mentor) = (Instance::default(), mentor(&answers, "2000-01-01"));
        assert_eq!(new_groups(&instance, &mentor), 2);
        mentor.members_now = 8;
        assert_eq!(new_groups(&instance, &mentor), 1, "eight places are not two groups of five");
        mentor.members_now = 12;
        assert_eq!(new_groups(&instance, &mentor), 0);
        (mentor.max_mentees, mentor.members_now) = (10, 0);
        assert_eq!(new_groups(&instance, &mentor), 1);
    }
}
