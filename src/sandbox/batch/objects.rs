//! Requests on what lies on a grid: merges, filters, conditional formats, charts, bands.

use serde_json::{Value, json};

use super::{Ids, Reply, grid_range, int, mask, object, sheet_id, text, with_sheet_ids};
use crate::book::{Area, Entry, Sheet, Spreadsheet};
use crate::errors::Refusal;
use crate::format;

/// Whether a protected range, chart, filter view or band of the spreadsheet has this id.
pub(super) fn object_id_taken(book: &Spreadsheet, id: i64) -> bool {
    book.sheets.iter().flat_map(|sheet| sheet.objects.lists()).flat_map(|(_, list)| list).any(
        |item| {
            ["protectedRangeId", "chartId", "filterViewId", "bandedRangeId"]
                .iter()
                .any(|name| int(item, name) == Some(id))
        },
    )
}

pub(super) fn merge(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, area) = grid_range(book, body.get("range"), "range")?;
    let sheet = book.sheet_mut(id)?;
    refuse_half_merges(sheet, &area)?;
    sheet.objects.merges.retain(|merge| !area.encloses(merge));
    let parts: Vec<Area> = match text(body, "mergeType") {
        "MERGE_ROWS" => {
            (area.top..area.bottom).map(|row| Area { top: row, bottom: row + 1, ..area }).collect()
        }
        "MERGE_COLUMNS" => (area.left..area.right)
            .map(|column| Area { left: column, right: column + 1, ..area })
            .collect(),
        _ => vec![area],
    };
    for part in parts.into_iter().filter(|part| part.height() * part.width() > 1) {
        keep_first_value(sheet, &part);
        sheet.objects.merges.push(part);
    }
    Ok(Value::Null)
}

fn refuse_half_merges(sheet: &Sheet, area: &Area) -> Result<(), Refusal> {
    if sheet.objects.merges.iter().any(|merge| merge.meets(area) && !area.encloses(merge)) {
        return Err("You must select all cells in a merged range to merge or unmerge them.".into());
    }
    Ok(())
}

/// A merge shows its upper left cell; the first value inside moves there, the others are lost.
fn keep_first_value(sheet: &mut Sheet, part: &Area) {
    let mut first = None;
    for row in part.top..part.bottom {
        for column in part.left..part.right {
            if first.is_none() && !sheet.entry(row, column).is_blank() {
                first = Some(sheet.entry(row, column).clone());
            }
        }
    }
    sheet.edit_kept(*part, |cell| cell.entry = Entry::Blank);
    if let Some(first) = first {
        sheet.edit(part.top, part.left, |cell| cell.entry = first);
    }
}

pub(super) fn unmerge(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, area) = grid_range(book, body.get("range"), "range")?;
    let sheet = book.sheet_mut(id)?;
    refuse_half_merges(sheet, &area)?;
    sheet.objects.merges.retain(|merge| !area.encloses(merge));
    Ok(Value::Null)
}

pub(super) fn set_filter(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mut filter = Value::Object(object(body, "filter"));
    let (id, area) = grid_range(book, filter.get("range"), "filter.range")?;
    filter["range"] = area.to_json(id);
    with_sheet_ids(&mut filter);
    book.sheet_mut(id)?.objects.basic_filter = Some(filter);
    Ok(Value::Null)
}

pub(super) fn clear_filter(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    book.sheet_mut(sheet_id(body))?.objects.basic_filter = None;
    Ok(Value::Null)
}

pub(super) fn add_filter_view(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let mut view = Value::Object(object(body, "filter"));
    let (id, area) = grid_range(book, view.get("range"), "filter.range")?;
    view["range"] = area.to_json(id);
    let view_id = chosen(book, ids, &view, "filterViewId")?;
    view["filterViewId"] = json!(view_id);
    book.sheet_mut(id)?.objects.filter_views.push(view.clone());
    Ok(json!({"filter": view}))
}

pub(super) fn delete_filter_view(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = int(body, "filterId").unwrap_or(0);
    remove(book, "filterViews", "filterViewId", id)
        .ok_or_else(|| Refusal(format!("No filter view with id: {id}")))?;
    Ok(Value::Null)
}

pub(super) fn add_banding(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let mut band = Value::Object(object(body, "bandedRange"));
    let (id, area) = grid_range(book, band.get("range"), "bandedRange.range")?;
    format::normalise(&mut band);
    band["range"] = area.to_json(id);
    let meets = |other: &Value| {
        let open = crate::book::OpenRange::from_json(&other["range"]);
        open.closed(usize::MAX, usize::MAX).meets(&area)
    };
    if book.sheet(id).is_some_and(|sheet| sheet.objects.banded.iter().any(meets)) {
        return Err(
            "You cannot add alternating background colors to a range that already has alternating background colors."
                .into(),
        );
    }
    let band_id = chosen(book, ids, &band, "bandedRangeId")?;
    band["bandedRangeId"] = json!(band_id);
    book.sheet_mut(id)?.objects.banded.push(band.clone());
    Ok(json!({"bandedRange": band}))
}

pub(super) fn delete_banding(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = int(body, "bandedRangeId").unwrap_or(0);
    remove(book, "bandedRanges", "bandedRangeId", id)
        .ok_or_else(|| Refusal(format!("No banding with id: {id}")))?;
    Ok(Value::Null)
}

/// The id that the client chose, or a fresh one; one that is taken is refused.
fn chosen(book: &Spreadsheet, ids: &mut Ids<'_>, item: &Value, name: &str) -> Result<i64, Refusal> {
    match int(item, name) {
        Some(id) if id != 0 && object_id_taken(book, id) => {
            Err(Refusal(format!("{name}[{id}] is already in use; please choose another id.")))
        }
        Some(id) if id != 0 => Ok(id),
        _ => Ok(ids.fresh(|id| object_id_taken(book, id))),
    }
}

/// Takes the object with this id away from whatever sheet it lies on.
fn remove(book: &mut Spreadsheet, list_name: &str, id_name: &str, id: i64) -> Option<Value> {
    let on = book.sheets.iter().find_map(|sheet| {
        let (_, list) = sheet.objects.lists().into_iter().find(|(name, _)| *name == list_name)?;
        list.iter().any(|item| int(item, id_name) == Some(id)).then_some(sheet.id)
    })?;
    let sheet = book.sheet_mut(on).ok()?;
    let (_, list) = sheet.objects.lists_mut().into_iter().find(|(name, _)| *name == list_name)?;
    let at = list.iter().position(|item| int(item, id_name) == Some(id))?;
    Some(list.remove(at))
}

/// A rule with its ranges checked; gives the sheet that they all lie on.
fn checked_rule(book: &Spreadsheet, rule: Option<&Value>) -> Result<(i64, Value), Refusal> {
    let mut rule = rule.cloned().ok_or_else(|| Refusal::from("Must specify rule."))?;
    format::normalise(&mut rule);
    let ranges = rule["ranges"].as_array().cloned().unwrap_or_default();
    let Some(first) = ranges.first() else { return Err("Must specify at least one range.".into()) };
    let id = sheet_id(first);
    let mut checked = Vec::new();
    for range in &ranges {
        if sheet_id(range) != id {
            return Err("All ranges in a conditional format rule must be on the same sheet.".into());
        }
        let (_, area) = grid_range(book, Some(range), "ranges")?;
        checked.push(area.to_json(id));
    }
    if rule.get("booleanRule").is_some() == rule.get("gradientRule").is_some() {
        return Err("Must specify exactly one of booleanRule and gradientRule.".into());
    }
    rule["ranges"] = Value::Array(checked);
    Ok((id, rule))
}

pub(super) fn add_rule(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, rule) = checked_rule(book, body.get("rule"))?;
    let rules = &mut book.sheet_mut(id)?.objects.conditional_formats;
    let at = index_among(id, int(body, "index").unwrap_or(0), rules.len())?;
    rules.insert(at, rule);
    Ok(Value::Null)
}

fn no_rule(sheet_id: i64, index: i64) -> Refusal {
    Refusal(format!("No conditional format on sheet: {sheet_id} at index: {index}"))
}

fn index_among(sheet_id: i64, index: i64, most: usize) -> Result<usize, Refusal> {
    usize::try_from(index)
        .ok()
        .filter(|index| *index <= most)
        .ok_or_else(|| no_rule(sheet_id, index))
}

pub(super) fn delete_rule(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = sheet_id(body);
    let rules = &mut book.sheet_mut(id)?.objects.conditional_formats;
    let index = int(body, "index").unwrap_or(0);
    let at = index_among(id, index, rules.len())?;
    if at >= rules.len() {
        return Err(no_rule(id, index));
    }
    Ok(json!({"rule": rules.remove(at)}))
}

pub(super) fn update_rule(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let index = int(body, "index").unwrap_or(0);
    let new_rule = match body.get("rule") {
        Some(_) => Some(checked_rule(book, body.get("rule"))?),
        None => None,
    };
    let id = new_rule.as_ref().map_or_else(|| sheet_id(body), |(id, _)| *id);
    let rules = &mut book.sheet_mut(id)?.objects.conditional_formats;
    let at = index_among(id, index, rules.len())?;
    if at >= rules.len() {
        return Err(no_rule(id, index));
    }
    if let Some((_, rule)) = new_rule {
        let old = std::mem::replace(&mut rules[at], rule.clone());
        return Ok(json!({"newRule": rule, "newIndex": at, "oldRule": old, "oldIndex": at}));
    }
    let to = index_among(id, int(body, "newIndex").unwrap_or(0), rules.len().saturating_sub(1))?;
    let rule = rules.remove(at);
    rules.insert(to, rule.clone());
    Ok(json!({"newRule": rule, "newIndex": to, "oldRule": rule, "oldIndex": at}))
}

pub(super) fn add_chart(book: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Reply {
    let mut chart = Value::Object(object(body, "chart"));
    let chart_id = chosen(book, ids, &chart, "chartId")?;
    chart["chartId"] = json!(chart_id);
    check_spec(book, &chart["spec"])?;
    with_sheet_ids(&mut chart);
    format::normalise(&mut chart);
    let on = match chart["position"].get("overlayPosition") {
        Some(overlay) => place_overlay(book, overlay)?,
        None => {
            return Err(
                "One of EmbeddedObjectPosition.overlayPosition or EmbeddedObjectPosition.sheetId must be set".into()
            );
        }
    };
    chart["position"] = on.1;
    book.sheet_mut(on.0)?.objects.charts.push(chart.clone());
    Ok(json!({"chart": chart}))
}

/// A chart is of a kind, and what it reads exists. (The spelling is Google's.)
fn check_spec(book: &Spreadsheet, spec: &Value) -> Result<(), Refusal> {
    if !CHART_KINDS.iter().any(|kind| spec.get(*kind).is_some()) {
        return Err(
            "One of basicChart, pieChart, bubbleChart, candelstickChart, histogramChart, or orgChart must be set on \
                    chartSpec."
                .into(),
        );
    }
    check_sources(book, spec)
}

const CHART_KINDS: [&str; 9] = [
    "basicChart",
    "pieChart",
    "bubbleChart",
    "candlestickChart",
    "histogramChart",
    "orgChart",
    "treemapChart",
    "waterfallChart",
    "scorecardChart",
];

/// Every range that a chart reads must lie on a sheet that exists.
fn check_sources(book: &Spreadsheet, spec: &Value) -> Result<(), Refusal> {
    match spec {
        Value::Array(items) => items.iter().try_for_each(|item| check_sources(book, item)),
        Value::Object(map) => {
            if let Some(sources) = map.get("sources").and_then(Value::as_array) {
                for source in sources {
                    let id = sheet_id(source);
                    book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
                }
            }
            map.values().try_for_each(|inner| check_sources(book, inner))
        }
        _ => Ok(()),
    }
}

/// The sheet of an overlay and its position with Google's defaults filled in.
fn place_overlay(book: &Spreadsheet, overlay: &Value) -> Result<(i64, Value), Refusal> {
    let anchor = &overlay["anchorCell"];
    let id = sheet_id(anchor);
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    let (row, column) = super::cells::coordinate(sheet.row_count(), sheet.column_count(), anchor)?;
    let mut anchor = json!({"sheetId": id});
    if row > 0 {
        anchor["rowIndex"] = json!(row);
    }
    if column > 0 {
        anchor["columnIndex"] = json!(column);
    }
    let mut placed = json!({"anchorCell": anchor});
    for name in ["offsetXPixels", "offsetYPixels"] {
        if let Some(pixels) = int(overlay, name).filter(|pixels| *pixels != 0) {
            placed[name] = json!(pixels);
        }
    }
    placed["widthPixels"] =
        json!(int(overlay, "widthPixels").filter(|size| *size > 0).unwrap_or(600));
    placed["heightPixels"] =
        json!(int(overlay, "heightPixels").filter(|size| *size > 0).unwrap_or(371));
    Ok((id, json!({"overlayPosition": placed})))
}

pub(super) fn update_chart(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = int(body, "chartId").unwrap_or(0);
    let mut spec = Value::Object(object(body, "spec"));
    check_spec(book, &spec)?;
    with_sheet_ids(&mut spec);
    format::normalise(&mut spec);
    let on = sheet_of_chart(book, id)?;
    for chart in &mut book.sheet_mut(on)?.objects.charts {
        if int(chart, "chartId") == Some(id) {
            chart["spec"] = spec.clone();
        }
    }
    Ok(Value::Null)
}

fn sheet_of_chart(book: &Spreadsheet, id: i64) -> Result<i64, Refusal> {
    let on = book
        .sheets
        .iter()
        .find(|sheet| sheet.objects.charts.iter().any(|chart| int(chart, "chartId") == Some(id)));
    on.map(|sheet| sheet.id).ok_or_else(|| Refusal(format!("No chart with id: {id}")))
}

pub(super) fn update_position(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = int(body, "objectId").unwrap_or(0);
    let on = sheet_of_chart(book, id)
        .map_err(|_| Refusal(format!("No embedded object with id: {id}")))?;
    let overlay = &body["newPosition"]["overlayPosition"];
    let fields = if text(body, "fields").is_empty() {
        crate::fields::Mask::default()
    } else {
        mask(body, "OverlayPosition")?
    };
    let charts = &book.sheet_mut(on)?.objects.charts;
    let at = charts.iter().position(|chart| int(chart, "chartId") == Some(id));
    let Some(at) = at else { return Err(Refusal(format!("No embedded object with id: {id}"))) };
    let mut merged =
        charts[at]["position"]["overlayPosition"].as_object().cloned().unwrap_or_default();
    let given = overlay.as_object().cloned().unwrap_or_default();
    fields.transfer(&given, &mut merged);
    let (to, position) = place_overlay(book, &Value::Object(merged))?;
    let mut chart = book.sheet_mut(on)?.objects.charts.remove(at);
    chart["position"] = position.clone();
    let charts = &mut book.sheet_mut(to)?.objects.charts;
    charts.insert(if to == on { at } else { charts.len() }, chart);
    Ok(json!({"position": position}))
}

pub(super) fn delete_object(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = int(body, "objectId").unwrap_or(0);
    remove(book, "charts", "chartId", id)
        .ok_or_else(|| Refusal(format!("No embedded object with id: {id}")))?;
    Ok(Value::Null)
}
