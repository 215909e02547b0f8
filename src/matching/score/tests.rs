//! Each term on answers whose fit can be told by hand.

use super::*;
use crate::ledger::answers::Answer;
use crate::matching::instance::Member;
use crate::matching::personality::{Band, Bands, KnownBands};
use crate::matching::terms::Weights;

fn answers(pairs: &[(&str, &str)]) -> Answers {
    let answer = |text: &str| match text.strip_prefix('+') {
        Some(list) => Answer::List(list.split('+').map(CompactString::from).collect()),
        None => Answer::Text(text.into()),
    };
    let person = [("gender", "male"), ("birth_date", "2010-01-01"), ("max_mentees", "8")];
    person.iter().chain(pairs).map(|(key, text)| (*key, answer(text))).collect()
}

/// The parts of one term for a mentee A1 and a mentor K1, whose open group has the members given.
fn of_term(
    term: TermKind,
    mentee: &[(&str, &str)],
    mentor: &[(&str, &str)],
    members: &[Answers],
) -> Vec<(Reason, u32)> {
    let (of_mentee, of_mentor) = (answers(mentee), answers(mentor));
    let listed = members
        .iter()
        .zip(["A7", "A8", "A9"])
        .map(|(answers, code)| Member { code, answers })
        .collect();
    let group = OpenGroup { name: "Badar", mentor: "K1", slot: None, size: 5, members: listed };
    let mut waiting = Mentee::from_answers("A1", &of_mentee).unwrap();
    waiting.friend = of_mentee.text("friend");
    let instance = Instance {
        mentees: vec![waiting],
        mentors: ["K1", "K2"]
            .iter()
            .filter_map(|code| Mentor::from_answers(code, &of_mentor))
            .collect(),
        groups: vec![group],
        previous: of_mentee.text("previous").map(|mentor| ("A1", mentor)).into_iter().collect(),
        ..Instance::default()
    };
    let profiles: Vec<Profile> = members.iter().map(Profile::of).collect();
    let parts = parts(&Pairing {
        instance: &instance,
        mentee: &instance.mentees[0],
        of_mentee: &Profile::of(&of_mentee),
        mentor: &instance.mentors[0],
        of_mentor: &Profile::of(&of_mentor),
        mentor_slots: &rules::slots_of_mentor(&instance, &instance.mentors[0]),
        group: (!members.is_empty()).then_some((&instance.groups[0], profiles.as_slice())),
        slot: None,
    });
    parts
        .into_iter()
        .filter(|part| part.term == term)
        .map(|part| (part.reason, part.value))
        .collect()
}

#[test]
fn every_slot_to_spare_counts_up_to_three_shared() {
    let value = |own: &str, mentors: &str| {
        of_term(TermKind::Schedule, &[("slots", own)], &[("slots", mentors)], &[])[0].1
    };
    assert_eq!(
        [value("+a", "+a+b"), value("+a+b", "+a+b"), value("+a+b+c+d", "+d+c+b+a")],
        [333, 666, 1000]
    );
}

#[test]
fn wishes_ways_and_hopes_make_the_values() {
    let mentee = [
        ("preferred_mentor", "structured"),
        ("study_approach", "stories"),
        ("expectations", "+confiding+worship"),
    ];
    let alike = [("own_trait", "structured"), ("study_approach", "stories")];
    let found = of_term(TermKind::ValuesExpectations, &mentee, &alike, &[]);
    assert_eq!(found[0], (Reason::MentorAsWished("structured".into()), 1000));
    assert_eq!(found[1], (Reason::SameStudyApproach("stories".into()), 1000));
    assert_eq!(found[2], (Reason::ExpectationsNotMet(vec!["confiding".into()]), 0));
    let listener = [("own_trait", "patient_listener")];
    let found = of_term(TermKind::ValuesExpectations, &mentee, &listener, &[]);
    assert_eq!(found[0].1, 0);
    assert_eq!(found[1], (Reason::Unanswered("study_approach".into()), 500));
    assert_eq!(found[2], (Reason::ExpectationsMet(vec!["confiding".into()]), 1000));
}

#[test]
fn shared_dislikes_lift_and_opposed_tastes_lower() {
    let of = |mentor: &[(&str, &str)]| {
        let mentee = [("interests", "+gaming+football"), ("dislikes", "+business")];
        of_term(TermKind::LikesDislikes, &mentee, mentor, &[])
    };
    let alike = of(&[("interests", "+gaming"), ("dislikes", "+business")]);
    assert_eq!(alike[0], (Reason::SharedInterests(vec!["gaming".into()]), 1000));
    assert_eq!(alike[1], (Reason::SharedDislikes(vec!["business".into()]), 750));
    let unlike = of(&[("interests", "+business"), ("dislikes", "+gaming")]);
    assert_eq!(unlike[0], (Reason::NoSharedInterest, 0));
    assert_eq!(unlike[1], (Reason::OpposedTastes(vec!["business".into(), "gaming".into()]), 0));
}

#[test]
fn a_classmate_counts_more_than_somebody_of_the_year() {
    let of = |members: &[Answers]| {
        of_term(TermKind::ClassDistrict, &[("class_name", "X-1")], &[], members)[0].clone()
    };
    assert_eq!(
        of(&[answers(&[("class_name", "x-1 ")])]),
        (Reason::SameClass { class: "X-1".into(), members: 1 }, 1000)
    );
    assert_eq!(
        of(&[answers(&[("class_name", "X-2")])]),
        (Reason::SameSchoolYear { members: 1 }, 500)
    );
    assert_eq!(of(&[answers(&[("birth_date", "2008-01-01")])]), (Reason::NobodyOfTheYear, 0));
    assert_eq!(of(&[]), (Reason::NewGroup, 500));
}

#[test]
fn the_mentor_of_before_and_the_friend_draw_to_their_group() {
    let of = |mentee: &[(&str, &str)], members: &[Answers]| {
        of_term(TermKind::ContinuityFriend, mentee, &[], members)[0].clone()
    };
    let members = [answers(&[])];
    assert_eq!(of(&[("previous", "K1")], &[]), (Reason::PreviousMentor, 1000));
    assert_eq!(of(&[("previous", "K2")], &[]), (Reason::PreviousMentorElsewhere("K2".into()), 0));
    assert_eq!(
        of(&[("previous", "K9")], &[]),
        (Reason::NothingToContinue, 500),
        "that mentor leads no more"
    );
    assert_eq!(of(&[("friend", "A7")], &members), (Reason::FriendInGroup("A7".into()), 1000));
    assert_eq!(of(&[("friend", "A5")], &members), (Reason::NothingToContinue, 500));
}

#[test]
fn a_mentor_reads_better_and_a_group_reads_as_the_program_prefers() {
    let level = |level: &'static str| [("reading_level", level)];
    let of = |mentee, mentor, member| {
        of_term(TermKind::Reading, &level(mentee), &level(mentor), &[answers(&level(member))])
    };
    let found = of("iqra_early", "quran_fluent", "tahsin");
    let better =
        Reason::MentorReadsBetter { mentee: "iqra_early".into(), mentor: "quran_fluent".into() };
    assert_eq!(found[0], (better, 1000));
    assert_eq!(found[1], (Reason::ReadingDistance { levels: 4, wanted: ReadingMix::Mixed }, 1000));
    assert_eq!(
        of("quran_fluent", "iqra_late", "unknown")
            .iter()
            .map(|(_, value)| *value)
            .collect::<Vec<_>>(),
        [0, 500]
    );
    assert_eq!(of("quran_halting", "quran_halting", "tahsin")[0].1, 500);
    assert_eq!(of("tahsin", "tahsin", "tahsin")[0].1, 1000);
}

#[test]
fn personality_says_whether_two_are_alike_and_nothing_else() {
    let (of_mentee, of_mentor) = (answers(&[]), answers(&[]));
    let (low, high) = (Some(Band::Low), Some(Band::High));
    let of = |mentee: Option<Bands>, mentor: Option<Bands>| {
        let bands = KnownBands {
            mentees: mentee.map(|bands| ("A1", bands)).into_iter().collect(),
            mentors: mentor.map(|bands| ("K1", bands)).into_iter().collect(),
        };
        let instance = Instance {
            mentees: Mentee::from_answers("A1", &of_mentee).into_iter().collect(),
            mentors: Mentor::from_answers("K1", &of_mentor).into_iter().collect(),
            weights: Weights::default().with(TermKind::Personality, 10),
            bands,
            ..Instance::default()
        };
        let parts = parts(&Pairing {
            instance: &instance,
            mentee: &instance.mentees[0],
            of_mentee: &Profile::of(&of_mentee),
            mentor: &instance.mentors[0],
            of_mentor: &Profile::of(&of_mentor),
            mentor_slots: &[],
            group: None,
            slot: None,
        });
        let own = parts.iter().find(|part| part.term == TermKind::Personality).unwrap();
        (own.reason.clone(), own.value, points(own, &parts))
    };
    let dreamer = Some(Bands { openness: high, conscientiousness: low });
    let orderly = Some(Bands { openness: low, conscientiousness: high });
    let both = Some(Bands { openness: high, conscientiousness: high });
    // Ten of a hundred: the whole term moves the score by five from the middle.
    assert_eq!(of(dreamer, dreamer), (Reason::PersonalityClose, 1000, 50_000));
    assert_eq!(of(dreamer, orderly), (Reason::PersonalityFar, 0, -50_000));
    assert_eq!(of(dreamer, both), (Reason::PersonalityBetween, 500, 0));
    for unknown in [of(None, dreamer), of(dreamer, None), of(None, None)] {
        assert_eq!(unknown, (Reason::Unanswered("ipip".into()), 500, 0));
    }
}
