//! Which figures differ between two sets of them.

use serde_json::{Map, Value};

use super::{FAMILIES, Figures};

/// A figure that is another one than before.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its path.
    pub path: String,
    /// What it was; null if there was none.
    pub before: Value,
    /// What it is; null if there is none.
    pub after: Value,
}

/// Every figure that differs, family by family. The day and the season of the figures are no
/// figures.
pub fn changes(before: &Figures, after: &Figures) -> Vec<Change> {
    let mut changes = Vec::new();
    for family in FAMILIES.iter().map(|figures| figures[0].family()) {
        collect(family, before.value(family), after.value(family), &mut changes);
    }
    changes
}

fn collect(path: &str, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    if before == after {
        return;
    }
    let members = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
    let (of_before, of_after) = (members(before), members(after));
    if of_before.is_none() && of_after.is_none() {
        let value = |value: Option<&Value>| value.cloned().unwrap_or_default();
        let (before, after) = (value(before), value(after));
        if before != after {
            changes.push(Change { path: path.to_owned(), before, after });
        }
        return;
    }
    let (of_before, of_after): (Map<_, _>, Map<_, _>) =
        (of_before.unwrap_or_default(), of_after.unwrap_or_default());
    let mut names: Vec<&String> = of_before.keys().chain(of_after.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        collect(&format!("{path}.{name}"), of_before.get(name), of_after.get(name), changes);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn figures(values: Value) -> Figures {
        Figures::from_values(values.as_object().unwrap().clone())
    }

    #[test]
    fn only_what_differs_is_named_by_its_path_family_by_family() {
        let before = json!({"as_of": "2026-08-01", "groups": {"open": 1, "closed_by_reason": {"exams": 1}},
            "registration": {"people": 9, "rate": null}, "documents": {"handover_missing": ["report"]}});
        let after = json!({"as_of": "2026-08-02", "groups": {"open": 1, "closed_by_reason": {"exams": 1, "moved": 2}},
            "registration": {"people": 10, "rate": 0.5}, "documents": {"handover_missing": []}});
        let found = changes(&figures(before), &figures(after));
        let shown: Vec<String> =
            found.iter().map(|c| format!("{} {} {}", c.path, c.before, c.after)).collect();
        assert_eq!(
            shown,
            [
                "registration.people 9 10",
                "registration.rate null 0.5",
                "groups.closed_by_reason.moved null 2",
                "documents.handover_missing [\"report\"] []",
            ]
        );
    }

    #[test]
    fn the_same_figures_have_no_changes_and_back_is_the_other_way_round() {
        let (one, other) =
            (figures(json!({"waiting": {"count": 3}})), figures(json!({"waiting": {}})));
        assert_eq!(changes(&one, &one), []);
        let (there, back) = (changes(&one, &other), changes(&other, &one));
        assert_eq!((there[0].before.clone(), there[0].after.clone()), (json!(3), json!(null)));
        assert_eq!((back[0].before.clone(), back[0].after.clone()), (json!(null), json!(3)));
    }
}
