//! An event taken apart and put together is the same to the byte, and nothing private is left
//! outside.

use proptest::prelude::*;

use super::super::problem::Reason;
use super::*;

/// Questions that begin with `p` are private; a name belongs to the row that is called by its first
/// letter.
struct ByLetter;

impl Privacy for ByLetter {
    fn is_private(&self, _: &str, question: &str) -> bool {
        question.starts_with('p')
    }

    fn subject(&mut self, _: &str, _: &str, answers: &Answers) -> Option<Owner> {
        answers.text("pwho").map(owner)
    }

    fn named(&mut self, _: &str, question: &str, name: &str) -> Option<Owner> {
        (question.starts_with("pn") && !name.is_empty()).then(|| owner(name))
    }
}

fn owner(name: &str) -> Owner {
    vec![("people".into(), name.chars().take(1).collect())]
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        "[a-c]{0,3}".prop_map(|text| Answer::Text(text.into())),
        any::<i64>().prop_map(Answer::Integer),
        prop::collection::vec("[a-c]{0,3}", 0..4)
            .prop_map(|list| { Answer::List(list.into_iter().map(CompactString::from).collect()) }),
    ]
}

prop_compose! {
    fn any_row()(
        answers in prop::collection::vec(("(p|q)n?[a-d]", any_answer()), 0..8),
        who in prop::option::of("[a-c]{1,2}"),
        dropped in prop::collection::vec("[a-z]{0,3}", 0..3),
        raw in prop::option::of("[a-z]{1,4}"),
    ) -> Submission {
        let mut all: Answers = answers.into_iter().collect();
        if let Some(who) = who {
            all.insert("pwho", Answer::Text(who.into()));
        }
        let problem = |text: String| Problem { question: "q".into(), cell: text.as_str().into(), reason: Reason::UnknownChoice };
        let cells = |text: Option<String>| text.into_iter().map(|text| ("t".into(), Cell::from(text))).collect();
        Submission {
            timestamp: None,
            date: chrono::NaiveDate::MIN,
            identity: "00000000000000a1".into(),
            answers: all,
            dropped: dropped.into_iter().map(problem).collect(),
            raw: cells(raw.clone()),
            extra: cells(raw),
            sealed: Vec::new(),
        }
    }
}

/// Seals by writing the part down: what is tested here is what goes into it and comes back.
fn sealed(event: &Event) -> Event {
    let mut event = event.clone();
    let parts = take_apart(&mut event, "k", &mut ByLetter);
    for (list, parts) in sealed_lists(&mut event).into_iter().zip(parts) {
        list.extend(parts.into_iter().map(|(owner, part)| SealedPart {
            key: owner[0].1.clone(),
            text: serde_json::to_string(&part).unwrap(),
        }));
    }
    event
}

fn opened(event: &Event, without: Option<&str>) -> Event {
    let mut event = event.clone();
    let open = |part: &SealedPart| {
        let lost = without == Some(part.key.as_str());
        if lost { Ok(None) } else { serde_json::from_str(&part.text).map(Some) }
    };
    put_together(&mut event, open).unwrap();
    event
}

proptest! {
    /// What was taken apart is put together as it was, and nothing private is left outside.
    #[test]
    fn apart_and_together_is_the_same_row(row in any_row()) {
        let event = Event::Submitted("form".into(), row);
        let apart = sealed(&event);
        let Event::Submitted(_, outside) = &apart else { unreachable!() };
        prop_assert!(outside.answers.iter().all(|(question, _)| !question.starts_with('p')));
        prop_assert!(outside.raw.is_empty() && outside.extra.is_empty());
        prop_assert!(outside.dropped.iter().all(|problem| problem.cell == Cell::Blank));
        let again = opened(&apart, None);
        prop_assert_eq!(&again, &event);
        prop_assert_eq!(again.data().unwrap().to_string(), event.data().unwrap().to_string(), "to the byte");
    }

    /// Whose key is gone has no name left in anybody's row, and everybody else's names stay.
    #[test]
    fn without_a_key_only_its_owner_is_missing(row in any_row()) {
        let event = Event::Submitted("form".into(), row.clone());
        let Event::Submitted(_, left) = opened(&sealed(&event), Some("a")) else { unreachable!() };
        if row.answers.text("pwho").is_some_and(|who| who.starts_with('a')) {
            prop_assert!(left.answers.iter().all(|(question, _)| !question.starts_with('p')));
        } else {
            let names = |answers: &Answers| -> Vec<CompactString> {
                let lists = answers.iter().filter(|(question, _)| question.starts_with("pn"));
                lists.flat_map(|(_, answer)| match answer {
                    Answer::List(list) => list.to_vec(),
                    Answer::Text(text) => vec![text.clone()],
                    _ => Vec::new(),
                }).collect()
            };
            let expected = names(&row.answers).into_iter().map(|name| {
                if name.starts_with('a') { CompactString::default() } else { name }
            });
            prop_assert_eq!(names(&left.answers), expected.collect::<Vec<_>>());
        }
    }
}

#[test]
fn of_a_rejected_row_only_the_reason_stays_outside() {
    let row = RejectedRow {
        form: "form".into(),
        timestamp: None,
        identity: "00000000000000a1".into(),
        problem: Problem {
            question: "phone".into(),
            cell: "rahasia".into(),
            reason: Reason::BadPhone,
        },
        cells: vec![("Nama".into(), "Ahmad".into())],
        extra: BTreeMap::from([("Catatan".into(), Cell::Number(1.0))]),
        sealed: Vec::new(),
    };
    let event = Event::RowRejected(row);
    let apart = sealed(&event);
    let Event::RowRejected(outside) = &apart else { unreachable!() };
    assert_eq!(
        (outside.cells.len(), outside.extra.len(), &outside.problem.cell),
        (0, 0, &Cell::Blank)
    );
    assert_eq!(outside.problem.reason, Reason::BadPhone);
    assert_eq!(opened(&apart, None), event);
}
