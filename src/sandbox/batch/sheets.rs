//! Requests on whole sheets and on the spreadsheet itself.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Ids, Reply, int, mask, object, sheet_id, text, truth};
use crate::book::range::{Shift, shift_json};
use crate::book::{Dimension, Sheet, Spreadsheet, same_title};
use crate::errors::Refusal;
use crate::fields::Mask;
use crate::format;
use crate::render;

const LONGEST_TITLE: usize = 100;

pub(super) fn add(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let properties = Value::Object(object(body, "properties"));
    let id = insert_sheet(book, ids, &properties)?;
    book.check_size()?;
    Ok(json!({"properties": render::sheet_properties(book, id)}))
}

/// Adds a sheet with the given `SheetProperties`; gives its id.
pub(crate) fn insert_sheet(
    book: &mut Spreadsheet,
    ids: &mut Ids<'_>,
    properties: &Value,
) -> Result<i64, Refusal> {
    let title = match text(properties, "title") {
        "" => free_title(book),
        title => title.to_owned(),
    };
    check_title(book, &title, None)?;
    let id = chosen_id(book, ids, int(properties, "sheetId"))?;
    let grid = &properties["gridProperties"];
    let size = |name: &str, default: usize| match int(grid, name) {
        None | Some(0) => Ok(default),
        Some(count) if count > 0 => Ok(count as usize),
        Some(count) => {
            Err(Refusal(format!("gridProperties.{name}[{count}] must be greater than 0.")))
        }
    };
    let mut sheet = Sheet::new(id, title, size("rowCount", 1000)?, size("columnCount", 26)?);
    set_properties(&mut sheet, properties, &Mask::default())?;
    let last = book.sheets.len();
    let at = match int(properties, "index") {
        None => last,
        Some(index) if index >= 0 && index as usize <= last => index as usize,
        Some(index) => return Err(Refusal(format!("Sheet index {index} is out of bounds."))),
    };
    book.sheets.insert(at, Arc::new(sheet));
    Ok(id)
}

fn chosen_id(book: &Spreadsheet, ids: &mut Ids<'_>, chosen: Option<i64>) -> Result<i64, Refusal> {
    match chosen {
        None => Ok(ids.fresh(|id| book.sheet(id).is_some())),
        Some(id) if !(0..=i64::from(i32::MAX)).contains(&id) => {
            Err(Refusal(format!("Sheet id {id} is invalid: it must be non-negative.")))
        }
        Some(id) if book.sheet(id).is_some() => {
            Err(Refusal(format!("A sheet with the id {id} already exists.")))
        }
        Some(id) => Ok(id),
    }
}

fn free_title(book: &Spreadsheet) -> String {
    let mut number = book.sheets.len() + 1;
    loop {
        let title = format!("Sheet{number}");
        if book.sheet_titled(&title).is_none() {
            return title;
        }
        number += 1;
    }
}

fn check_title(book: &Spreadsheet, title: &str, own: Option<i64>) -> Result<(), Refusal> {
    if title.is_empty() {
        return Err("The sheet name cannot be empty.".into());
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(Refusal(format!(
            "The sheet name cannot be greater than {LONGEST_TITLE} characters."
        )));
    }
    let taken =
        book.sheets.iter().any(|sheet| Some(sheet.id) != own && same_title(&sheet.title, title));
    if taken {
        return Err(Refusal(format!(
            "A sheet with the name \"{title}\" already exists. Please enter another name."
        )));
    }
    Ok(())
}

/// Sets the masked fields of `SheetProperties` but the title, the index and the size, which need
/// the whole spreadsheet.
fn set_properties(sheet: &mut Sheet, properties: &Value, mask: &Mask) -> Result<(), Refusal> {
    if mask.has("hidden") {
        sheet.hidden = truth(properties, "hidden");
    }
    if mask.has("rightToLeft") {
        set_flag(&mut sheet.properties, "rightToLeft", truth(properties, "rightToLeft"));
    }
    if mask.has("tabColor") || mask.has("tabColorStyle") {
        let mut colours = Map::new();
        for name in ["tabColor", "tabColorStyle"] {
            sheet.properties.remove(name);
            if let Some(colour) = properties.get(name).filter(|_| mask.has(name)) {
                colours.insert(name.to_owned(), colour.clone());
            }
        }
        let mut colours = Value::Object(colours);
        format::normalise(&mut colours);
        if let Value::Object(colours) = colours {
            sheet.properties.extend(colours);
        }
    }
    let Some(grid_mask) = (if mask.is_all() { Some(mask) } else { mask.child("gridProperties") })
    else {
        return Ok(());
    };
    let grid = &properties["gridProperties"];
    for name in ["frozenRowCount", "frozenColumnCount"] {
        if !grid_mask.has(name) {
            continue;
        }
        let (limit, noun) = if name == "frozenRowCount" {
            (sheet.row_count(), "rows")
        } else {
            (sheet.column_count(), "columns")
        };
        match int(grid, name).unwrap_or(0) {
            0 => drop(sheet.grid_properties.remove(name)),
            count if count < 0 => {
                return Err(Refusal(format!(
                    "gridProperties.{name}[{count}] must not be negative."
                )));
            }
            count if count as usize >= limit => {
                return Err(Refusal(format!("You can't freeze all visible {noun} on the sheet.")));
            }
            count => drop(sheet.grid_properties.insert(name.to_owned(), json!(count))),
        }
    }
    for name in ["hideGridlines", "rowGroupControlAfter", "columnGroupControlAfter"] {
        if grid_mask.has(name) {
            set_flag(&mut sheet.grid_properties, name, truth(grid, name));
        }
    }
    Ok(())
}

fn set_flag(map: &mut Map<String, Value>, name: &str, value: bool) {
    if value {
        map.insert(name.to_owned(), json!(true));
    } else {
        map.remove(name);
    }
}

pub(super) fn update(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "SheetProperties")?;
    let properties = &body["properties"];
    let id = sheet_id(properties);
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_sheet(id))?;
    let size = (sheet.row_count(), sheet.column_count());
    if mask.names("title") || (mask.is_all() && properties.get("title").is_some()) {
        let title = text(properties, "title").to_owned();
        check_title(book, &title, Some(id))?;
        book.retitle(id, title)?;
    }
    if mask.names("index") {
        move_sheet(book, id, int(properties, "index").unwrap_or(0))?;
    }
    let grid_mask = if mask.is_all() { Some(&mask) } else { mask.child("gridProperties") };
    if let Some(grid_mask) = grid_mask {
        let grid = &properties["gridProperties"];
        let wanted = |name: &str, now: usize| match int(grid, name) {
            _ if !grid_mask.has(name) => Ok(now),
            None if grid_mask.is_all() => Ok(now),
            Some(count) if count > 0 => Ok(count as usize),
            count => Err(Refusal(format!(
                "gridProperties.{name}[{}] must be greater than 0.",
                count.unwrap_or(0)
            ))),
        };
        let (rows, columns) = (wanted("rowCount", size.0)?, wanted("columnCount", size.1)?);
        if (rows, columns) != size {
            let frozen = |name: &str| {
                book.sheet(id).and_then(|s| s.grid_properties.get(name)?.as_u64()).unwrap_or(0)
                    as usize
            };
            for (name, count, noun) in
                [("frozenRowCount", rows, "rows"), ("frozenColumnCount", columns, "columns")]
            {
                if frozen(name) >= count && !grid_mask.has(name) {
                    return Err(Refusal(format!("You can't delete all the non-frozen {noun}.")));
                }
            }
            book.sheet_mut(id)?.resize(rows, columns);
            for (dimension, at, before) in
                [(Dimension::Rows, rows, size.0), (Dimension::Columns, columns, size.1)]
            {
                let count = before.saturating_sub(at);
                book.metadata.retain_mut(|metadata| {
                    shift_json(metadata, id, dimension, Shift::Delete { at, count })
                });
            }
        }
    }
    set_properties(book.sheet_mut(id)?, properties, &mask)?;
    if book.sheets.iter().all(|sheet| sheet.hidden) {
        return Err("You can't hide all the sheets in a document.".into());
    }
    drop_lost_named_ranges(book);
    book.check_size()?;
    Ok(Value::Null)
}

/// The index is counted before the move: one beyond the sheet's own place changes nothing.
fn move_sheet(book: &mut Spreadsheet, id: i64, index: i64) -> Result<(), Refusal> {
    let now = book.index_of(id).ok_or_else(|| Refusal::no_sheet(id))?;
    if index < 0 || index as usize > book.sheets.len() {
        return Err(Refusal(format!("Sheet index {index} is out of bounds.")));
    }
    let index = index as usize;
    let sheet = book.sheets.remove(now);
    book.sheets.insert(if index > now { index - 1 } else { index }, sheet);
    Ok(())
}

/// Named ranges live on the spreadsheet: those that reach out of a shrunk grid are cut, those
/// wholly outside are dropped.
pub(super) fn drop_lost_named_ranges(book: &mut Spreadsheet) {
    let sizes: Vec<(i64, usize, usize)> = book
        .sheets
        .iter()
        .map(|sheet| (sheet.id, sheet.row_count(), sheet.column_count()))
        .collect();
    book.named_ranges.retain_mut(|named| {
        let range = &mut named["range"];
        let Some(&(_, rows, columns)) = sizes.iter().find(|(id, ..)| *id == sheet_id(range)) else {
            return false;
        };
        for (start, end, limit) in [
            ("startRowIndex", "endRowIndex", rows),
            ("startColumnIndex", "endColumnIndex", columns),
        ] {
            if int(range, start).is_some_and(|start| start as usize >= limit) {
                return false;
            }
            if int(range, end).is_some_and(|end| end as usize > limit) {
                range[end] = json!(limit);
            }
        }
        true
    });
}

pub(super) fn delete(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = sheet_id(body);
    let at = book.index_of(id).ok_or_else(|| Refusal::no_sheet(id))?;
    if book.sheets.len() == 1 {
        return Err("You can't remove all the sheets in a document.".into());
    }
    book.sheets.remove(at);
    if book.sheets.iter().all(|sheet| sheet.hidden) {
        return Err("You can't remove all the visible sheets in a document.".into());
    }
    book.metadata.retain(|metadata| super::metadata::sheet_of(metadata) != Some(id));
    drop_lost_named_ranges(book);
    Ok(Value::Null)
}

pub(super) fn duplicate(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let source = int(body, "sourceSheetId").unwrap_or(0);
    let at = book.index_of(source).ok_or_else(|| Refusal::no_sheet(source))?;
    let title = match text(body, "newSheetName") {
        "" => copy_title(book, &book.sheets[at].title),
        title => title.to_owned(),
    };
    check_title(book, &title, None)?;
    let id = chosen_id(book, ids, int(body, "newSheetId"))?;
    let mut copy = Sheet::clone(&book.sheets[at]);
    copy.id = id;
    copy.title = title;
    copy.hidden = false;
    renumber(book, ids, &mut copy, source);
    let index = int(body, "insertSheetIndex")
        .map_or(0, |index| index.clamp(0, book.sheets.len() as i64) as usize);
    book.sheets.insert(index, Arc::new(copy));
    book.check_size()?;
    Ok(json!({"properties": render::sheet_properties(book, id)}))
}

/// Takes in a sheet of another spreadsheet; gives its `SheetProperties`.
pub(crate) fn adopt(book: &mut Spreadsheet, ids: &mut Ids<'_>, mut sheet: Sheet) -> Reply {
    let source = sheet.id;
    sheet.id = ids.fresh(|id| book.sheet(id).is_some());
    sheet.title = copy_title(book, &sheet.title);
    sheet.hidden = false;
    renumber(book, ids, &mut sheet, source);
    let id = sheet.id;
    book.sheets.push(Arc::new(sheet));
    book.check_size()?;
    Ok(render::sheet_properties(book, id))
}

fn copy_title(book: &Spreadsheet, title: &str) -> String {
    let mut copy = format!("Copy of {title}");
    let mut number = 2;
    while book.sheet_titled(&copy).is_some() {
        copy = format!("Copy of {title} {number}");
        number += 1;
    }
    copy
}

/// The objects of a copied sheet lie on the copy and have ids of their own.
fn renumber(book: &Spreadsheet, ids: &mut Ids<'_>, copy: &mut Sheet, source: i64) {
    let id = copy.id;
    for (_, list) in copy.objects.lists_mut() {
        for item in list.iter_mut() {
            retarget(item, source, id);
            for name in ["protectedRangeId", "chartId", "filterViewId", "bandedRangeId"] {
                if item.get(name).is_some() {
                    item[name] = json!(ids.fresh(|id| super::objects::object_id_taken(book, id)));
                }
            }
        }
    }
    if let Some(filter) = &mut copy.objects.basic_filter {
        retarget(filter, source, id);
    }
}

fn retarget(value: &mut Value, from: i64, to: i64) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| retarget(item, from, to)),
        Value::Object(map) => {
            if map.get("sheetId").and_then(Value::as_i64) == Some(from) {
                map.insert("sheetId".to_owned(), json!(to));
            }
            map.values_mut().for_each(|inner| retarget(inner, from, to));
        }
        _ => {}
    }
}

pub(super) fn update_spreadsheet(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "SpreadsheetProperties")?;
    set_spreadsheet_properties(book, &body["properties"], &mask)?;
    Ok(Value::Null)
}

/// Sets the masked fields of `SpreadsheetProperties`.
pub(crate) fn set_spreadsheet_properties(
    book: &mut Spreadsheet,
    properties: &Value,
    mask: &Mask,
) -> Result<(), Refusal> {
    let given = |name: &str| mask.has(name) && (mask.names(name) || properties.get(name).is_some());
    if given("title") {
        book.title = text(properties, "title").to_owned();
    }
    if given("locale") {
        let locale = text(properties, "locale");
        if !is_locale(locale) {
            return Err(Refusal(format!("Unsupported locale: {locale}")));
        }
        book.locale = locale.to_owned();
    }
    if given("timeZone") {
        let zone = text(properties, "timeZone");
        if zone.parse::<chrono_tz::Tz>().is_err() {
            return Err(Refusal(format!("Invalid time zone: {zone}")));
        }
        book.time_zone = zone.to_owned();
    }
    if given("autoRecalc") {
        book.auto_recalc = text(properties, "autoRecalc").to_owned();
    }
    Ok(())
}

/// A language of two letters, with or without a country: `id`, `id_ID`, `in_ID`.
fn is_locale(locale: &str) -> bool {
    let (language, country) = locale.split_once('_').unwrap_or((locale, "XX"));
    let lower = |text: &str| {
        (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    lower(language) && country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase())
}
