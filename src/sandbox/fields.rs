//! Field masks: `a.b(c,d/e),f`, as the `fields` parameter of a read and of a request. Knows nothing
//! of what it masks.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A tree of field names; one without children stands for everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask {
    children: BTreeMap<String, Self>,
}

impl Mask {
    /// Reads a mask; `None` if brackets or names are missing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut mask = Self::default();
        let rest = parse_list(text.trim(), &mut mask, 0)?;
        (rest.is_empty() && !mask.children.is_empty()).then_some(mask)
    }

    /// Whether everything is meant.
    pub fn is_all(&self) -> bool {
        self.children.is_empty() || self.children.contains_key("*")
    }

    /// The mask below a field; `None` when the field is not meant.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.get(name).or_else(|| self.children.get("*"))
    }

    /// Whether a field, or something below it, is meant.
    pub fn has(&self, name: &str) -> bool {
        self.is_all() || self.children.contains_key(name)
    }

    /// Whether a field is named itself, not only by `*`.
    pub fn names(&self, name: &str) -> bool {
        self.children.contains_key(name)
    }

    /// The names at this level.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.children.keys().map(String::as_str)
    }

    /// Only the fields that are meant; a list is masked item by item.
    pub fn apply(&self, value: Value) -> Value {
        if self.children.is_empty() {
            return value;
        }
        match value {
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.apply(item)).collect())
            }
            Value::Object(map) => Value::Object(
                map.into_iter()
                    .filter_map(|(name, value)| {
                        let masked = self.child(&name)?.apply(value);
                        Some((name, masked))
                    })
                    .collect(),
            ),
            plain => plain,
        }
    }

    /// Puts the meant fields of `from` into `into`: what is meant but not given is taken away.
    pub fn transfer(&self, from: &Map<String, Value>, into: &mut Map<String, Value>) {
        if self.is_all() {
            into.clone_from(from);
            return;
        }
        for (name, mask) in &self.children {
            let given = from.get(name);
            if mask.is_all() {
                match given {
                    Some(value) => into.insert(name.clone(), value.clone()),
                    None => into.remove(name),
                };
                continue;
            }
            let mut inner = into
                .remove(name)
                .and_then(|value| if let Value::Object(map) = value { Some(map) } else { None });
            let target = inner.get_or_insert_with(Map::new);
            let empty = Map::new();
            mask.transfer(given.and_then(Value::as_object).unwrap_or(&empty), target);
            if !target.is_empty() {
                into.insert(name.clone(), Value::Object(std::mem::take(target)));
            }
        }
    }
}

/// Reads `a,b(c)` up to a closing bracket or the end; gives what follows.
fn parse_list<'t>(mut text: &'t str, mask: &mut Mask, depth: u32) -> Option<&'t str> {
    if depth > 50 {
        return None;
    }
    loop {
        text = parse_path(text.trim_start(), mask, depth)?.trim_start();
        match text.strip_prefix(',') {
            Some(rest) => text = rest,
            None => return Some(text),
        }
    }
}

fn parse_path<'t>(text: &'t str, mask: &mut Mask, depth: u32) -> Option<&'t str> {
    let mut node = mask;
    let mut rest = text;
    loop {
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'*')
            .count();
        if length == 0 {
            return None;
        }
        node = node.children.entry(camel(&rest[..length])).or_default();
        rest = &rest[length..];
        if let Some(inner) = rest.strip_prefix('(') {
            return parse_list(inner, node, depth + 1)?.strip_prefix(')');
        }
        match rest.strip_prefix(['.', '/']) {
            Some(after) => rest = after,
            None => return Some(rest),
        }
    }
}

/// `row_count` as `rowCount`: a mask may be written in either.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut raise = false;
    for letter in name.chars() {
        if letter == '_' {
            raise = true;
        } else if raise {
            out.push(letter.to_ascii_uppercase());
            raise = false;
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_mask_keeps_what_it_names() {
        let sheet = json!({"sheets": [{"properties": {"title": "A", "index": 0}, "data": [{"startRow": 1}]}], "id": "x"});
        let mask = |text: &str| Mask::parse(text).unwrap().apply(sheet.clone());
        assert_eq!(
            mask("sheets(properties.title)"),
            json!({"sheets": [{"properties": {"title": "A"}}]})
        );
        assert_eq!(
            mask("sheets/properties/index,id"),
            json!({"sheets": [{"properties": {"index": 0}}], "id": "x"})
        );
        assert_eq!(mask("*"), sheet);
        assert_eq!(mask("sheets.data.rowData"), json!({"sheets": [{"data": [{}]}]}));
        assert_eq!(mask("charts"), json!({}));
        for broken in ["", "a(b", "a)", "a..b", "a,,b", "a b"] {
            assert_eq!(Mask::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_transfer_takes_away_what_is_meant_but_not_given() {
        let mut into = json!({"bold": true, "size": 10, "colour": {"red": 1, "blue": 1}})
            .as_object()
            .unwrap()
            .clone();
        let from = json!({"size": 12, "colour": {"green": 1}}).as_object().unwrap().clone();
        Mask::parse("bold,size,colour.red").unwrap().transfer(&from, &mut into);
        assert_eq!(Value::Object(into), json!({"size": 12, "colour": {"blue": 1}}));
    }
}
