//! The versions of events' data: the one that this program writes of each type, and the upgrades
//! from older ones.
//!
//! A ledger is never rewritten, so data of an old version are upgraded each time they are read, one
//! version after the other. Data of a newer version are read as they are; fields that are unknown
//! here are ignored.

use std::borrow::Cow;

use serde_json::Value;

/// The upgrade of a type's data from one version to the next.
#[derive(Debug, Clone, Copy)]
pub struct Upgrade {
    /// The event type; `form.` stands for any form.
    pub kind: &'static str,
    /// The version before the upgrade.
    pub from: u16,
    /// The change of the data; `None` if the next version only adds optional fields.
    pub upgrade: Option<fn(Value) -> Value>,
}

/// The upgrades of all types. A new version of a type is one entry here and its golden lines.
pub const UPGRADES: &[Upgrade] = &[
    // Version 2 of a row may have private answers in `sealed`.
    Upgrade { kind: "form.submitted", from: FIRST, upgrade: None },
    Upgrade { kind: "form.amended", from: FIRST, upgrade: None },
    Upgrade { kind: "row_rejected", from: FIRST, upgrade: None },
];

/// The first version of every type.
pub const FIRST: u16 = 1;

/// Returns the newest version of a type that a program with these upgrades knows.
pub fn written_version(upgrades: &[Upgrade], kind: &str) -> u16 {
    upgrades
        .iter()
        .filter(|upgrade| is_of(upgrade, kind))
        .map(|upgrade| upgrade.from + 1)
        .max()
        .unwrap_or(FIRST)
}

/// Returns the newest version of a type that this program knows. It writes that version unless an
/// older one holds the same (see [`Event::version`](super::event::Event::version)).
pub fn version_of(kind: &str) -> u16 {
    written_version(UPGRADES, kind)
}

/// Upgrades data to the newest known version; returns them unchanged if no upgrade is needed.
pub fn upgraded<'d>(
    upgrades: &[Upgrade],
    kind: &str,
    version: u16,
    data: &'d str,
) -> Result<Cow<'d, str>, serde_json::Error> {
    let step =
        |from: u16| upgrades.iter().find(|upgrade| upgrade.from == from && is_of(upgrade, kind));
    let steps: Vec<fn(Value) -> Value> =
        std::iter::successors(step(version), |last| step(last.from + 1))
            .filter_map(|step| step.upgrade)
            .collect();
    if steps.is_empty() {
        return Ok(Cow::Borrowed(data));
    }
    let value = serde_json::from_str(data)?;
    serde_json::to_string(&steps.into_iter().fold(value, |value, step| step(value))).map(Cow::Owned)
}

fn is_of(upgrade: &Upgrade, kind: &str) -> bool {
    match upgrade.kind.strip_prefix("form.") {
        Some(what) => kind.rsplit_once('.').is_some_and(|(_, of)| of == what),
        None => upgrade.kind == kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::event::{Copies, Event, Retraction};

    fn renamed(mut data: Value, old: &str, new: &str) -> Value {
        if let Some(fields) = data.as_object_mut()
            && let Some(value) = fields.remove(old)
        {
            fields.insert(new.to_owned(), value);
        }
        data
    }

    /// The history of a program that never was: `row_copied` has its third version, and a
    /// retraction its second.
    const HISTORY: &[Upgrade] = &[
        Upgrade {
            kind: "row_copied",
            from: 2,
            upgrade: Some(|data| renamed(data, "sheet_form", "form")),
        },
        Upgrade {
            kind: "row_copied",
            from: 1,
            upgrade: Some(|data| renamed(data, "times", "copies")),
        },
        Upgrade {
            kind: "form.retracted",
            from: 1,
            upgrade: Some(|data| renamed(data, "was_accepted", "accepted")),
        },
    ];

    #[test]
    fn old_data_are_read_through_every_upgrade_and_new_data_as_they_are() {
        let copied = Event::RowCopied(Copies { form: "mentee_registration".into(), copies: 2 });
        let versions = [
            (1, r#"{"sheet_form":"mentee_registration","times":2}"#),
            (2, r#"{"sheet_form":"mentee_registration","copies":2}"#),
            (3, r#"{"form":"mentee_registration","copies":2}"#),
            (4, r#"{"form":"mentee_registration","copies":2,"from_tomorrow":{"a":[1]}}"#),
        ];
        for (version, data) in versions {
            assert_eq!(
                Event::read_with(HISTORY, "row_copied", version, data).unwrap(),
                copied,
                "version {version}"
            );
        }
        let retracted =
            Event::read_with(HISTORY, "agreement.retracted", 1, r#"{"was_accepted":true}"#)
                .unwrap();
        assert_eq!(retracted, Event::Retracted("agreement".into(), Retraction { accepted: true }));
    }

    #[test]
    fn the_written_version_is_the_one_after_the_last_upgrade() {
        let written = |kind| written_version(HISTORY, kind);
        assert_eq!(
            [written("row_copied"), written("agreement.retracted"), written("tab_observed")],
            [3, 2, 1]
        );
        assert_eq!(written("retracted"), 1, "no type is taken for a form's");
    }

    #[test]
    fn data_that_are_none_are_an_error_of_their_type_and_version() {
        let error = Event::read_with(HISTORY, "row_copied", 1, "{").unwrap_err().to_string();
        assert!(error.contains("row_copied") && error.contains("version 1"), "{error}");
    }

    #[test]
    fn no_version_of_a_type_is_without_its_upgrade() {
        for upgrades in [UPGRADES, HISTORY] {
            for upgrade in upgrades {
                let steps = (FIRST..written_version(upgrades, upgrade.kind)).filter(|from| {
                    upgrades
                        .iter()
                        .filter(|other| other.kind == upgrade.kind && other.from == *from)
                        .count()
                        != 1
                });
                assert_eq!(steps.collect::<Vec<_>>(), [0; 0], "{}", upgrade.kind);
            }
        }
    }
}
