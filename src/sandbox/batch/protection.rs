//! Requests on protected and named ranges.

use serde_json::{Map, Value, json};

use super::objects::object_id_taken;
use super::{Ids, Reply, grid_range, int, mask, object, text, truth};
use crate::book::{OpenRange, Spreadsheet};
use crate::errors::Refusal;

pub(super) fn add(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let given = Value::Object(object(body, "protectedRange"));
    let (sheet, protected) = checked(book, &given)?;
    let id = match int(&given, "protectedRangeId") {
        Some(id) if id != 0 && object_id_taken(book, id) => {
            return Err(Refusal(format!("A protected range with the id {id} already exists.")));
        }
        Some(id) if id != 0 => id,
        _ => ids.fresh(|id| object_id_taken(book, id)),
    };
    let whole = |item: &Value| is_whole(&item["range"]);
    let on = book.sheet_mut(sheet)?;
    if whole(&protected) && on.objects.protected.iter().any(whole) {
        return Err(Refusal(format!("Sheet \"{}\" already has sheet protection.", on.title)));
    }
    let mut stored = protected;
    stored["protectedRangeId"] = json!(id);
    let reply = json!({"protectedRange": stored});
    // The caller itself may always edit; it shows only when the range is read again.
    if stored["editors"].as_object().is_some_and(|editors| !editors.contains_key("users")) {
        stored["editors"]["users"] = json!(["user@example.invalid"]);
    }
    on.objects.protected.push(stored);
    Ok(reply)
}

/// Whether a range names a whole sheet.
fn is_whole(range: &Value) -> bool {
    ["startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"]
        .iter()
        .all(|side| range.get(*side).is_none())
}

/// The protected range as it is kept, and its sheet.
fn checked(book: &Spreadsheet, given: &Value) -> Result<(i64, Value), Refusal> {
    let warning = truth(given, "warningOnly");
    let editors = object(given, "editors");
    let named = |name: &str| {
        editors.get(name).and_then(Value::as_array).is_some_and(|list| !list.is_empty())
    };
    if warning && (named("users") || named("groups")) {
        return Err("ProtectedRange is warningOnly. Editors cannot be set on it.".into());
    }
    let mut kept = Map::new();
    let range = given.get("range").cloned().or_else(|| {
        let id = text(given, "namedRangeId");
        book.named_ranges
            .iter()
            .find(|named| text(named, "namedRangeId") == id)
            .map(|named| named["range"].clone())
    });
    let (sheet, area) = grid_range(book, range.as_ref(), "protectedRange.range")?;
    let mut range = range.unwrap_or_default();
    // Open sides stay open; an end beyond the grid means its edge.
    for (side, end) in [("endRowIndex", area.bottom), ("endColumnIndex", area.right)] {
        if range.get(side).is_some() {
            range[side] = json!(end);
        }
    }
    range["sheetId"] = json!(sheet);
    kept.insert("range".to_owned(), range);
    for name in ["namedRangeId", "description"] {
        if !text(given, name).is_empty() {
            kept.insert(name.to_owned(), given[name].clone());
        }
    }
    if warning {
        kept.insert("warningOnly".to_owned(), json!(true));
    }
    if let Some(open) =
        given.get("unprotectedRanges").and_then(Value::as_array).filter(|list| !list.is_empty())
    {
        let mut list = Vec::new();
        for range in open {
            let (id, area) = grid_range(book, Some(range), "protectedRange.unprotectedRanges")?;
            list.push(area.to_json(id));
        }
        kept.insert("unprotectedRanges".to_owned(), Value::Array(list));
    }
    let mut shown = Map::new();
    for name in ["users", "groups"] {
        if named(name) {
            shown.insert(name.to_owned(), editors[name].clone());
        }
    }
    if truth(given.get("editors").unwrap_or(&Value::Null), "domainUsersCanEdit") {
        shown.insert("domainUsersCanEdit".to_owned(), json!(true));
    }
    kept.insert("editors".to_owned(), Value::Object(shown));
    kept.insert("requestingUserCanEdit".to_owned(), json!(true));
    Ok((sheet, Value::Object(kept)))
}

/// The sheet and place of the protected range with this id.
fn find(book: &Spreadsheet, id: i64) -> Result<(i64, usize), Refusal> {
    book.sheets
        .iter()
        .find_map(|sheet| {
            let at = sheet
                .objects
                .protected
                .iter()
                .position(|item| int(item, "protectedRangeId") == Some(id))?;
            Some((sheet.id, at))
        })
        .ok_or_else(|| Refusal(format!("No protected range with id: {id}")))
}

pub(super) fn update(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "ProtectedRange")?;
    let given = object(body, "protectedRange");
    let id = given.get("protectedRangeId").and_then(Value::as_i64).unwrap_or(0);
    let (sheet, at) = find(book, id)?;
    let mut merged =
        book.sheet_mut(sheet)?.objects.protected[at].as_object().cloned().unwrap_or_default();
    mask.transfer(&given, &mut merged);
    let (to, mut kept) = checked(book, &Value::Object(merged))?;
    kept["protectedRangeId"] = json!(id);
    book.sheet_mut(sheet)?.objects.protected.remove(at);
    let list = &mut book.sheet_mut(to)?.objects.protected;
    list.insert(if to == sheet { at } else { list.len() }, kept);
    Ok(Value::Null)
}

pub(super) fn delete(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (sheet, at) = find(book, int(body, "protectedRangeId").unwrap_or(0))?;
    book.sheet_mut(sheet)?.objects.protected.remove(at);
    Ok(Value::Null)
}

pub(super) fn add_named(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let given = &body["namedRange"];
    let name = text(given, "name").to_owned();
    check_name(book, &name, "")?;
    let (sheet, area) = grid_range(book, given.get("range"), "namedRange.range")?;
    let range =
        if is_whole(&given["range"]) { json!({"sheetId": sheet}) } else { area.to_json(sheet) };
    let taken = |id: &str| book.named_ranges.iter().any(|named| text(named, "namedRangeId") == id);
    let id = match text(given, "namedRangeId") {
        "" => ids.fresh(|id| taken(&id.to_string())).to_string(),
        id if taken(id) => {
            return Err(Refusal(format!("A named range with the id {id} already exists.")));
        }
        id => id.to_owned(),
    };
    let named = json!({"namedRangeId": id, "name": name, "range": range});
    book.named_ranges.push(named.clone());
    Ok(json!({"namedRange": named}))
}

fn check_name(book: &Spreadsheet, name: &str, own: &str) -> Result<(), Refusal> {
    let good = !name.is_empty()
        && name.chars().count() <= 250
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && !["true", "false"].contains(&name.to_lowercase().as_str())
        && crate::book::range::parse_cells(name).is_none();
    if !good {
        return Err(Refusal(format!("The name '{name}' is not a valid name for a range.")));
    }
    let taken = book.named_ranges.iter().any(|named| {
        text(named, "namedRangeId") != own && text(named, "name").eq_ignore_ascii_case(name)
    });
    if taken {
        return Err(Refusal(format!("A named range with name \"{name}\" already exists.")));
    }
    Ok(())
}

pub(super) fn update_named(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "NamedRange")?;
    let given = &body["namedRange"];
    let id = text(given, "namedRangeId").to_owned();
    let at = named_at(book, &id)?;
    if mask.has("name") {
        let name = text(given, "name").to_owned();
        check_name(book, &name, &id)?;
        book.named_ranges[at]["name"] = json!(name);
    }
    if mask.has("range") {
        let (sheet, area) = grid_range(book, given.get("range"), "namedRange.range")?;
        let whole = OpenRange::from_json(&given["range"]) == OpenRange::default();
        book.named_ranges[at]["range"] =
            if whole { json!({"sheetId": sheet}) } else { area.to_json(sheet) };
    }
    Ok(Value::Null)
}

fn named_at(book: &Spreadsheet, id: &str) -> Result<usize, Refusal> {
    let at = book.named_ranges.iter().position(|named| text(named, "namedRangeId") == id);
    at.ok_or_else(|| Refusal(format!("No named range with id: {id}")))
}

pub(super) fn delete_named(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let at = named_at(book, text(body, "namedRangeId"))?;
    book.named_ranges.remove(at);
    Ok(Value::Null)
}
