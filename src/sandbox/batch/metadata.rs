//! Developer metadata: marks that a program leaves on a spreadsheet, a sheet, a row or a column.

use serde_json::{Value, json};

use super::{Ids, Reply, dimension_range, int, mask, object, sheet_id, text, truth};
use crate::book::{OpenRange, Spreadsheet, range};
use crate::errors::Refusal;

/// The location with its type filled in, and checked.
fn located(book: &Spreadsheet, location: &Value) -> Result<Value, Refusal> {
    if truth(location, "spreadsheet") {
        return Ok(json!({"locationType": "SPREADSHEET", "spreadsheet": true}));
    }
    if let Some(id) = int(location, "sheetId") {
        book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
        return Ok(json!({"locationType": "SHEET", "sheetId": id}));
    }
    if let Some(span) = location.get("dimensionRange") {
        let (id, dimension, start, end) = dimension_range(book, span, "dimensionRange")?;
        if end - start != 1 {
            return Err(
                "Developer metadata can only be associated with a single row or column.".into()
            );
        }
        let count = book.sheet(id).map_or(0, |sheet| sheet.count(dimension));
        if start >= count {
            return Err(Refusal(format!(
                "dimensionRange.startIndex[{start}] must be less than the grid's size[{count}]"
            )));
        }
        let kind = if text(span, "dimension") == "ROWS" { "ROW" } else { "COLUMN" };
        let span = json!({"sheetId": id, "dimension": dimension.word(), "startIndex": start, "endIndex": end});
        return Ok(json!({"locationType": kind, "dimensionRange": span}));
    }
    Err("Must specify developerMetadata.location.".into())
}

/// The sheet that a metadata lies on or in; `None` for the spreadsheet's own.
pub(super) fn sheet_of(metadata: &Value) -> Option<i64> {
    let location = &metadata["location"];
    int(location, "sheetId").or_else(|| location.get("dimensionRange").map(sheet_id))
}

pub(super) fn create(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let given = Value::Object(object(body, "developerMetadata"));
    if text(&given, "metadataKey").is_empty() {
        return Err("Developer metadata must always have a key specified.".into());
    }
    if !["DOCUMENT", "PROJECT"].contains(&text(&given, "visibility")) {
        return Err("Developer metadata must always have visibility specified.".into());
    }
    let taken = |id: i64| book.metadata.iter().any(|known| int(known, "metadataId") == Some(id));
    let id = match int(&given, "metadataId") {
        Some(id) if id != 0 && taken(id) => {
            return Err(Refusal(format!(
                "Cannot add developer metadata with ID [{id}] because developer metadata with that ID already exists."
            )));
        }
        Some(id) if id != 0 => id,
        _ => ids.fresh(taken),
    };
    let mut kept = json!({
        "metadataId": id, "metadataKey": given["metadataKey"], "location": located(book, &given["location"])?,
        "visibility": given["visibility"],
    });
    if !text(&given, "metadataValue").is_empty() {
        kept["metadataValue"] = given["metadataValue"].clone();
    }
    book.metadata.push(kept.clone());
    Ok(json!({"developerMetadata": kept}))
}

pub(super) fn update(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "DeveloperMetadata")?;
    let given = object(body, "developerMetadata");
    let filters = body.get("dataFilters").and_then(Value::as_array).cloned().unwrap_or_default();
    if filters.is_empty() {
        return Err("Must specify at least one data filter.".into());
    }
    let hits: Vec<bool> = book
        .metadata
        .iter()
        .map(|kept| filters.iter().any(|filter| matches(book, kept, filter)))
        .collect();
    let location = match given.get("location") {
        Some(location) if mask.has("location") => Some(located(book, location)?),
        _ => None,
    };
    let mut changed = Vec::new();
    for (kept, _) in book.metadata.iter_mut().zip(hits).filter(|(_, hit)| *hit) {
        let mut merged = kept.as_object().cloned().unwrap_or_default();
        let id = merged.get("metadataId").cloned();
        mask.transfer(&given, &mut merged);
        merged.extend(id.map(|id| ("metadataId".to_owned(), id)));
        let old_location = kept["location"].clone();
        merged.insert("location".to_owned(), location.clone().unwrap_or(old_location));
        *kept = Value::Object(merged);
        changed.push(kept.clone());
    }
    Ok(json!({"developerMetadata": changed}))
}

pub(super) fn delete(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let Some(filter) = body.get("dataFilter") else {
        return Err("Must specify a data filter.".into());
    };
    let hits: Vec<bool> = book.metadata.iter().map(|kept| matches(book, kept, filter)).collect();
    let all = std::mem::take(&mut book.metadata);
    let (gone, kept): (Vec<_>, Vec<_>) = all.into_iter().zip(hits).partition(|(_, hit)| *hit);
    book.metadata = kept.into_iter().map(|(metadata, _)| metadata).collect();
    Ok(
        json!({"deletedDeveloperMetadata": gone.into_iter().map(|(metadata, _)| metadata).collect::<Vec<_>>()}),
    )
}

/// Whether a metadata is meant by a `DataFilter`.
pub fn matches(book: &Spreadsheet, metadata: &Value, filter: &Value) -> bool {
    if let Some(lookup) = filter.get("developerMetadataLookup") {
        return matches_lookup(metadata, lookup);
    }
    let span = match (filter.get("gridRange"), filter.get("a1Range").and_then(Value::as_str)) {
        (Some(range), _) => Some((sheet_id(range), OpenRange::from_json(range))),
        (None, Some(text)) => book.find_range(text).map(|(sheet, range, _)| (sheet.id, range)),
        (None, None) => None,
    };
    let Some((id, open)) = span else { return false };
    if sheet_of(metadata) != Some(id) {
        return false;
    }
    // A range selects what lies wholly inside it: rows for whole rows, the sheet for the whole
    // sheet.
    let Some(place) = metadata["location"].get("dimensionRange") else {
        return open == OpenRange::default();
    };
    let (start, end) = (
        int(place, "startIndex").unwrap_or(0) as usize,
        int(place, "endIndex").unwrap_or(0) as usize,
    );
    let (from, to) = if text(place, "dimension") == "ROWS" {
        (open.top, open.bottom)
    } else {
        (open.left, open.right)
    };
    from.is_none_or(|from| from <= start) && to.is_none_or(|to| end <= to)
}

fn matches_lookup(metadata: &Value, lookup: &Value) -> bool {
    let same = |name: &str| {
        lookup.get(name).is_none_or(|wanted| wanted.is_null() || metadata.get(name) == Some(wanted))
    };
    let location = &metadata["location"];
    let kind = text(lookup, "locationType");
    let kind_fits = kind.is_empty()
        || kind == "DEVELOPER_METADATA_LOCATION_TYPE_UNSPECIFIED"
        || kind == text(location, "locationType");
    let place_fits = lookup.get("metadataLocation").is_none_or(|wanted| {
        let exact = text(lookup, "locationMatchingStrategy") != "INTERSECTING_LOCATION";
        lies_at(location, wanted, exact)
    });
    same("metadataId")
        && same("metadataKey")
        && same("metadataValue")
        && same("visibility")
        && kind_fits
        && place_fits
}

fn lies_at(location: &Value, wanted: &Value, exact: bool) -> bool {
    if truth(wanted, "spreadsheet") {
        return !exact || truth(location, "spreadsheet");
    }
    if let Some(id) = int(wanted, "sheetId") {
        let inside = location.get("dimensionRange").map(sheet_id) == Some(id);
        return int(location, "sheetId") == Some(id) || (!exact && inside);
    }
    let Some(span) = wanted.get("dimensionRange") else { return true };
    let Some(own) = location.get("dimensionRange") else { return false };
    let side = |range: &Value, name: &str| int(range, name).unwrap_or(0);
    sheet_id(own) == sheet_id(span)
        && text(own, "dimension") == text(span, "dimension")
        && side(own, "startIndex") < side(span, "endIndex").max(side(span, "startIndex") + 1)
        && side(span, "startIndex") < side(own, "endIndex")
}

/// The places that a `DataFilter` selects, each a sheet and a range.
pub fn locations_found(
    book: &Spreadsheet,
    filter: &Value,
) -> Result<Vec<(i64, OpenRange)>, Refusal> {
    if let Some(grid) = filter.get("gridRange") {
        let id = sheet_id(grid);
        book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
        return Ok(vec![(id, OpenRange::from_json(grid))]);
    }
    if let Some(text) = filter.get("a1Range").and_then(Value::as_str) {
        let found = book
            .find_range(text)
            .ok_or_else(|| Refusal(format!("Unable to parse range: {text}")))?;
        return Ok(vec![(found.0.id, found.1)]);
    }
    if filter.get("developerMetadataLookup").is_none() {
        return Err(
            "Must specify one of a1Range, developerMetadataLookup or gridRange in a data filter."
                .into(),
        );
    }
    let mut places = Vec::new();
    for metadata in book.metadata.iter().filter(|metadata| matches(book, metadata, filter)) {
        let location = &metadata["location"];
        if truth(location, "spreadsheet") {
            places.extend(book.sheets.iter().map(|sheet| (sheet.id, OpenRange::default())));
        } else if let Some(id) = int(location, "sheetId") {
            places.push((id, OpenRange::default()));
        } else if let Some(span) = location.get("dimensionRange") {
            let (start, end) = (
                int(span, "startIndex").map(|n| n as usize),
                int(span, "endIndex").map(|n| n as usize),
            );
            let open = match range::Dimension::parse(text(span, "dimension")) {
                Some(range::Dimension::Rows) => {
                    OpenRange { top: start, bottom: end, ..OpenRange::default() }
                }
                _ => OpenRange { left: start, right: end, ..OpenRange::default() },
            };
            places.push((sheet_id(span), open));
        }
    }
    places.dedup();
    Ok(places)
}
