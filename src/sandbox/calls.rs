//! The methods of Sheets v4: which call means what, and what it answers. Knows the model and the
//! API's resources.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use super::batch::{self, Ids, locations_found};
use super::book::{Area, Book, Spreadsheet, range};
use super::call::{Call, Outcome, decoded, invalid_fields};
use super::errors::{ApiError, Refusal};
use super::fields::Mask;
use super::values::{self, Input, Rendering, Target, ValueRange};
use super::{EditError, Sandbox, render, schema};

type Answer = Result<Outcome, ApiError>;

/// Carries out a call below `/v4/spreadsheets`.
pub(super) fn perform(sandbox: &Sandbox, call: &Call) -> Answer {
    let path = call.path.trim_end_matches('/');
    let Some(rest) = path.strip_prefix("/v4/spreadsheets") else {
        return Err(ApiError::not_found());
    };
    let Some(rest) = rest.strip_prefix('/') else {
        return if call.method == Method::POST && rest.is_empty() {
            create(sandbox, call)
        } else {
            Err(ApiError::not_found())
        };
    };
    let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let (id, verb) = id.split_once(':').unwrap_or((id, ""));
    let id = &decoded(id);
    // google-spreadsheet puts a slash before the verb.
    let (verb, rest) = match rest.strip_prefix(':') {
        Some(late) if verb.is_empty() => (late, ""),
        _ => (verb, rest),
    };
    if let Some(range) = rest.strip_prefix("values/") {
        return on_range(sandbox, call, id, range);
    }
    match (&call.method, verb, rest) {
        (&Method::GET, "", "") => get(sandbox, call, id),
        (&Method::POST, "batchUpdate", "") => batch_update(sandbox, call, id),
        (&Method::POST, "getByDataFilter", "") => get_by_filter(sandbox, call, id),
        (&Method::GET, "", "values:batchGet") => batch_get(sandbox, call, id),
        (&Method::POST, "", "values:batchGetByDataFilter") => {
            batch_get_by_filter(sandbox, call, id)
        }
        (&Method::POST, "", "values:batchUpdate") => batch_write(sandbox, call, id),
        (&Method::POST, "", "values:batchUpdateByDataFilter") => {
            batch_write_by_filter(sandbox, call, id)
        }
        (&Method::POST, "", "values:batchClear") => batch_clear(sandbox, call, id),
        (&Method::POST, "", "values:batchClearByDataFilter") => {
            batch_clear_by_filter(sandbox, call, id)
        }
        (&Method::POST, "", "developerMetadata:search") => search_metadata(sandbox, call, id),
        (&Method::GET, "", rest) => match rest.strip_prefix("developerMetadata/") {
            Some(metadata) => get_metadata(sandbox, id, metadata),
            None => Err(ApiError::not_found()),
        },
        (&Method::POST, "", rest) => {
            let sheet = rest.strip_prefix("sheets/").and_then(|rest| rest.strip_suffix(":copyTo"));
            copy_sheet(sandbox, call, id, sheet.ok_or_else(ApiError::not_found)?)
        }
        _ => Err(ApiError::not_found()),
    }
}

fn on_range(sandbox: &Sandbox, call: &Call, id: &str, range: &str) -> Answer {
    match call.method {
        Method::GET => get_values(sandbox, call, id, &decoded(range)),
        Method::PUT => update_values(sandbox, call, id, &decoded(range)),
        Method::POST => {
            if let Some(range) = range.strip_suffix(":append") {
                append_values(sandbox, call, id, &decoded(range))
            } else if let Some(range) = range.strip_suffix(":clear") {
                clear_values(sandbox, call, id, &decoded(range))
            } else {
                Err(ApiError::not_found())
            }
        }
        _ => Err(ApiError::not_found()),
    }
}

/// Changes the book durably, or answers why not.
pub(super) fn stored<T>(
    sandbox: &Sandbox,
    edit: impl FnOnce(&mut Book) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    stored_book(sandbox, edit).map(|(result, _)| result)
}

/// As [`stored`]; gives also the book as this change left it: an answer tells of its own change,
/// not of a later one.
pub(super) fn stored_book<T>(
    sandbox: &Sandbox,
    edit: impl FnOnce(&mut Book) -> Result<T, ApiError>,
) -> Result<(T, Arc<Book>), ApiError> {
    sandbox.committed(edit).map_err(|unmade| match unmade {
        EditError::Refused(error) => error,
        EditError::NotStored(error) => {
            tracing::error!(%error, "a change of the sandbox could not be stored and was not made");
            ApiError::of_status(503, true)
        }
    })
}

fn edit<T>(
    sandbox: &Sandbox,
    id: &str,
    change: impl FnOnce(&mut Spreadsheet) -> Result<T, ApiError>,
) -> Result<(T, Arc<Book>), ApiError> {
    stored_book(sandbox, |book| change(book.spreadsheet_mut(id).ok_or_else(ApiError::not_found)?))
}

fn found<'b>(book: &'b Book, id: &str) -> Result<&'b Spreadsheet, ApiError> {
    book.spreadsheet(id).ok_or_else(ApiError::not_found)
}

/// The mask of a call whose answer is this message.
fn mask_of(call: &Call, message: &str) -> Result<Option<Mask>, ApiError> {
    let mask = call.mask()?;
    match mask.as_ref().and_then(|mask| schema::unknown_path(mask, message)) {
        Some(path) => Err(invalid_fields(&path)),
        None => Ok(mask),
    }
}

/// A body that was written out, through the mask if there is one.
fn written(call: &Call, message: &str, body: Vec<u8>) -> Answer {
    let Some(mask) = mask_of(call, message)? else { return Ok(Outcome::Written(body)) };
    let value = serde_json::from_slice(&body).map_err(|_| ApiError::of_status(500, false))?;
    Ok(Outcome::Json(mask.apply(value)))
}

/// `{"spreadsheetId": …, "valueRanges": […]}`, written out; the list is left out when it is empty.
fn write_ranges<T>(id: &str, ranges: &[T], write: impl FnMut(&mut Vec<u8>, &T)) -> Vec<u8> {
    let mut out = b"{\"spreadsheetId\":".to_vec();
    values::write_text(&mut out, id);
    if !ranges.is_empty() {
        out.extend_from_slice(b",\"valueRanges\":");
        values::write_list(&mut out, ranges, write);
    }
    out.push(b'}');
    out
}

fn masked(call: &Call, message: &str, body: Value) -> Answer {
    Ok(through(mask_of(call, message)?, body))
}

/// A body through the mask of its call. A call that writes reads its mask first: a bad one changes
/// nothing.
fn through(mask: Option<Mask>, body: Value) -> Outcome {
    Outcome::Json(match mask {
        Some(mask) => mask.apply(body),
        None => body,
    })
}

fn items<'v>(body: &'v Value, name: &str) -> &'v [Value] {
    body.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn word<'v>(body: &'v Value, name: &str) -> &'v str {
    body.get(name).and_then(Value::as_str).unwrap_or("")
}

fn create(sandbox: &Sandbox, call: &Call) -> Answer {
    let body = schema::checked(call.json()?, "Spreadsheet", "")?;
    let mask = mask_of(call, "Spreadsheet")?.unwrap_or_default();
    let (id, book) = stored_book(sandbox, |book| {
        let title = match word(&body["properties"], "title") {
            "" => "Untitled spreadsheet",
            title => title,
        };
        let id = book.create(title);
        with_ids(book, &id, |draft, ids| fill(draft, ids, &body))?;
        Ok(id)
    })?;
    let wanted = render::Wanted { areas: Vec::new(), grid_data: false, mask: &mask };
    Ok(Outcome::Json(render::spreadsheet(found(&book, &id)?, &wanted, &call.base_url)))
}

/// Lends a spreadsheet of the book together with a source of ids.
pub(super) fn with_ids<T>(
    book: &mut Book,
    id: &str,
    change: impl FnOnce(&mut Spreadsheet, &mut Ids<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let mut numbers = Book::new();
    numbers.set_drawn(book.drawn());
    let mut draw = || numbers.draw();
    let result = change(
        book.spreadsheet_mut(id).ok_or_else(ApiError::not_found)?,
        &mut Ids { draw: &mut draw },
    )?;
    book.set_drawn(numbers.drawn());
    Ok(result)
}

/// Puts the contents of a `Spreadsheet` resource into a new spreadsheet.
fn fill(draft: &mut Spreadsheet, ids: &mut Ids<'_>, body: &Value) -> Result<(), ApiError> {
    batch::set_spreadsheet_properties(draft, &body["properties"], &Mask::default())?;
    let sheets = items(body, "sheets");
    if !sheets.is_empty() {
        draft.sheets.clear();
    }
    let mut requests = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        let id = batch::insert_sheet(draft, ids, &sheet["properties"])
            .map_err(|Refusal(text)| Refusal(format!("Invalid sheets[{at}].properties: {text}")))?;
        for (part, data) in items(sheet, "data").iter().enumerate() {
            let start = json!({
                "sheetId": id, "rowIndex": data.get("startRow").cloned().unwrap_or(json!(0)),
                "columnIndex": data.get("startColumn").cloned().unwrap_or(json!(0)),
            });
            let cells = json!({"start": start, "rows": items(data, "rowData"), "fields": "*"});
            batch::write_cells(draft, ids, &cells).map_err(|Refusal(text)| {
                Refusal(format!("Invalid sheets[{at}].data[{part}]: {text}"))
            })?;
        }
        for (list, kind, field) in [
            ("merges", "mergeCells", "range"),
            ("protectedRanges", "addProtectedRange", "protectedRange"),
            ("conditionalFormats", "addConditionalFormatRule", "rule"),
            ("charts", "addChart", "chart"),
            ("filterViews", "addFilterView", "filter"),
            ("bandedRanges", "addBanding", "bandedRange"),
            ("developerMetadata", "createDeveloperMetadata", "developerMetadata"),
        ] {
            requests.extend(items(sheet, list).iter().map(|item| json!({kind: {field: item}})));
        }
        if let Some(filter) = sheet.get("basicFilter") {
            requests.push(json!({"setBasicFilter": {"filter": filter}}));
        }
    }
    for named in items(body, "namedRanges") {
        requests.push(json!({"addNamedRange": {"namedRange": named}}));
    }
    draft.check_size()?;
    if !requests.is_empty() {
        batch::apply(draft, ids, &requests)?;
    }
    if draft.sheets.iter().all(|sheet| sheet.hidden) {
        return Err(Refusal::from("You can't hide all the sheets in a document.").into());
    }
    Ok(())
}

fn get(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let book = sandbox.book();
    let spreadsheet = found(&book, id)?;
    let mut areas = Vec::new();
    for text in call.parameters("ranges") {
        let target = values::target(spreadsheet, text)?;
        areas.push((target.sheet_id, target.area));
    }
    answer_spreadsheet(call, spreadsheet, areas, call.flag("includeGridData"))
}

fn get_by_filter(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "GetSpreadsheetByDataFilterRequest", "")?;
    let book = sandbox.book();
    let spreadsheet = found(&book, id)?;
    let mut areas = Vec::new();
    for (sheet_id, area) in
        filtered(spreadsheet, items(&body, "dataFilters"))?.into_iter().map(|(target, _)| target)
    {
        areas.push((sheet_id, area));
    }
    answer_spreadsheet(call, spreadsheet, areas, body["includeGridData"].as_bool().unwrap_or(false))
}

fn answer_spreadsheet(
    call: &Call,
    spreadsheet: &Spreadsheet,
    areas: Vec<(i64, Area)>,
    grid_data: bool,
) -> Answer {
    let mask = mask_of(call, "Spreadsheet")?;
    // A mask that names the data asks for it; without a mask only the parameter does.
    let grid_data = match &mask {
        Some(mask) if !mask.is_all() => mask
            .child("sheets")
            .is_some_and(|sheets| sheets.names("data") || (sheets.is_all() && grid_data)),
        _ => grid_data,
    };
    let mask = mask.unwrap_or_default();
    let wanted = render::Wanted { areas, grid_data, mask: &mask };
    Ok(Outcome::Json(render::spreadsheet(spreadsheet, &wanted, &call.base_url)))
}

fn batch_update(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "BatchUpdateSpreadsheetRequest", "")?;
    let mask = mask_of(call, "BatchUpdateSpreadsheetResponse")?;
    let requests = items(&body, "requests");
    let shows = body["includeSpreadsheetInResponse"] == json!(true);
    let ((replies, areas), book) = stored_book(sandbox, |book| {
        let replies = with_ids(book, id, |draft, ids| batch::apply(draft, ids, requests))?;
        let mut areas = Vec::new();
        for text in
            items(&body, "responseRanges").iter().filter_map(Value::as_str).filter(|_| shows)
        {
            let target = values::target(found(book, id)?, text)?;
            areas.push((target.sheet_id, target.area));
        }
        Ok((replies, areas))
    })?;
    let mut answer = json!({"spreadsheetId": id, "replies": render::shown(Value::Array(replies))});
    if shows {
        let grid_data = body["responseIncludeGridData"] == json!(true);
        let wanted = render::Wanted { areas, grid_data, mask: &Mask::default() };
        answer["updatedSpreadsheet"] =
            render::spreadsheet(found(&book, id)?, &wanted, &call.base_url);
    }
    Ok(through(mask, answer))
}

fn copy_sheet(sandbox: &Sandbox, call: &Call, id: &str, sheet: &str) -> Answer {
    let body = schema::checked(call.json()?, "CopySheetToAnotherSpreadsheetRequest", "")?;
    let mask = mask_of(call, "SheetProperties")?;
    let sheet: i64 = sheet.parse().map_err(|_| ApiError::not_found())?;
    let target = word(&body, "destinationSpreadsheetId").to_owned();
    let properties = stored(sandbox, |book| {
        let source = found(book, id)?.sheet(sheet).ok_or_else(|| Refusal::no_grid(sheet))?.clone();
        with_ids(book, &target, |draft, ids| Ok(batch::adopt(draft, ids, source)?))
    })?;
    Ok(through(mask, properties))
}

fn rendering(call: &Call) -> Result<Rendering, ApiError> {
    Rendering::parse(
        call.parameter("valueRenderOption"),
        call.parameter("dateTimeRenderOption"),
        call.parameter("majorDimension"),
    )
}

fn get_values(sandbox: &Sandbox, call: &Call, id: &str, range: &str) -> Answer {
    let rendering = rendering(call)?;
    let book = sandbox.book();
    let spreadsheet = found(&book, id)?;
    let target = values::target(spreadsheet, range)?;
    let mut body = Vec::new();
    ValueRange::new(spreadsheet, &target, rendering)?.write(&mut body);
    written(call, "ValueRange", body)
}

fn batch_get(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let rendering = rendering(call)?;
    let book = sandbox.book();
    let spreadsheet = found(&book, id)?;
    let mut value_ranges = Vec::new();
    for text in call.parameters("ranges") {
        let target = values::target(spreadsheet, text)?;
        value_ranges.push(ValueRange::new(spreadsheet, &target, rendering)?);
    }
    written(
        call,
        "BatchGetValuesResponse",
        write_ranges(id, &value_ranges, |out, range| range.write(out)),
    )
}

/// The areas that the filters select, each with the filters that select it, in the order of the
/// filters.
#[allow(clippy::type_complexity)]
fn filtered<'f>(
    book: &Spreadsheet,
    filters: &'f [Value],
) -> Result<Vec<((i64, Area), Vec<&'f Value>)>, ApiError> {
    let mut areas: Vec<((i64, Area), Vec<&Value>)> = Vec::new();
    for filter in filters {
        for (id, open) in locations_found(book, filter)? {
            let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
            let area = values::inside(sheet, open)?;
            match areas.iter_mut().find(|(target, _)| *target == (id, area)) {
                Some((_, by)) => by.push(filter),
                None => areas.push(((id, area), vec![filter])),
            }
        }
    }
    Ok(areas)
}

fn batch_get_by_filter(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "BatchGetValuesByDataFilterRequest", "")?;
    let rendering = Rendering::parse(
        word(&body, "valueRenderOption"),
        word(&body, "dateTimeRenderOption"),
        word(&body, "majorDimension"),
    )?;
    let book = sandbox.book();
    let spreadsheet = found(&book, id)?;
    let mut value_ranges = Vec::new();
    for ((sheet_id, area), data_filters) in filtered(spreadsheet, items(&body, "dataFilters"))? {
        let target = Target { sheet_id, area, single: false };
        value_ranges.push((
            ValueRange::new(spreadsheet, &target, rendering)?,
            json!(data_filters).to_string(),
        ));
    }
    let body = write_ranges(id, &value_ranges, |out, (range, filters)| {
        out.extend_from_slice(b"{\"valueRange\":");
        range.write(out);
        out.extend_from_slice(b",\"dataFilters\":");
        out.extend_from_slice(filters.as_bytes());
        out.push(b'}');
    });
    written(call, "BatchGetValuesByDataFilterResponse", body)
}

fn by_columns(value_range: &Value) -> Result<bool, ApiError> {
    Ok(Rendering::parse("", "", word(value_range, "majorDimension"))?.by_columns)
}

/// What a write answers when the values are to be given back.
struct Echo {
    wanted: bool,
    rendering: Rendering,
}

impl Echo {
    fn of_call(call: &Call) -> Result<Self, ApiError> {
        let rendering = Rendering::parse(
            call.parameter("responseValueRenderOption"),
            call.parameter("responseDateTimeRenderOption"),
            "",
        )?;
        Ok(Self { wanted: call.flag("includeValuesInResponse"), rendering })
    }

    fn of_body(body: &Value) -> Result<Self, ApiError> {
        let rendering = Rendering::parse(
            word(body, "responseValueRenderOption"),
            word(body, "responseDateTimeRenderOption"),
            "",
        )?;
        Ok(Self { wanted: body["includeValuesInResponse"] == json!(true), rendering })
    }

    fn answer(
        &self,
        book: &Spreadsheet,
        written: &values::Written,
        by_columns: bool,
    ) -> Result<Value, ApiError> {
        let mut json = written.to_json(book);
        if self.wanted {
            let target = Target { sheet_id: written.sheet_id, area: written.area, single: false };
            let range = ValueRange::new(book, &target, Rendering { by_columns, ..self.rendering })?;
            json["updatedData"] = range.to_json().map_err(|_| ApiError::of_status(500, true))?;
        }
        Ok(json)
    }
}

fn update_values(sandbox: &Sandbox, call: &Call, id: &str, range: &str) -> Answer {
    let body = schema::checked(call.json()?, "ValueRange", "data")?;
    let mask = mask_of(call, "UpdateValuesResponse")?;
    let lists = values::lists(&body, "data.values")?;
    let columns = by_columns(&body)?;
    let input = Input::parse(call.parameter("valueInputOption"))?;
    let echo = Echo::of_call(call)?;
    let (done, book) = edit(sandbox, id, |draft| {
        let target = values::target(draft, range)?;
        let named = word(&body, "range");
        if !named.is_empty()
            && values::target(draft, named).map(|own| (own.sheet_id, own.area))
                != Ok((target.sheet_id, target.area))
        {
            return Err(Refusal(format!(
                "Request range[{range}] does not match value's range[{named}]"
            ))
            .into());
        }
        Ok(values::write(draft, &target, range, &lists, columns, input)?)
    })?;
    Ok(through(mask, echo.answer(found(&book, id)?, &done, columns)?))
}

fn append_values(sandbox: &Sandbox, call: &Call, id: &str, range: &str) -> Answer {
    let body = schema::checked(call.json()?, "ValueRange", "data")?;
    let mask = mask_of(call, "AppendValuesResponse")?;
    let lists = values::lists(&body, "data.values")?;
    let columns = by_columns(&body)?;
    let input = Input::parse(call.parameter("valueInputOption"))?;
    let echo = Echo::of_call(call)?;
    let insert_rows = call.parameter("insertDataOption") == "INSERT_ROWS";
    let ((table, done), book) = edit(sandbox, id, |draft| {
        let target = values::target(draft, range)?;
        Ok(values::append(draft, &target, &lists, columns, input, insert_rows)?)
    })?;
    let spreadsheet = found(&book, id)?;
    let mut answer =
        json!({"spreadsheetId": id, "updates": echo.answer(spreadsheet, &done, columns)?});
    if let Some(table) = table {
        let title = spreadsheet.sheet(done.sheet_id).map_or("", |sheet| &sheet.title);
        answer["tableRange"] = json!(range::shown(title, &table));
    }
    Ok(through(mask, answer))
}

fn clear_values(sandbox: &Sandbox, call: &Call, id: &str, range: &str) -> Answer {
    let mask = mask_of(call, "ClearValuesResponse")?;
    let (cleared, _) = edit(sandbox, id, |draft| {
        let target = values::target(draft, range)?;
        Ok(values::clear(draft, &target)?)
    })?;
    Ok(through(mask, json!({"spreadsheetId": id, "clearedRange": cleared})))
}

fn batch_clear(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "BatchClearValuesRequest", "")?;
    let mask = mask_of(call, "BatchClearValuesResponse")?;
    let (cleared, _) = edit(sandbox, id, |draft| {
        let mut cleared = Vec::new();
        for text in items(&body, "ranges").iter().filter_map(Value::as_str) {
            let target = values::target(draft, text)?;
            cleared.push(values::clear(draft, &target)?);
        }
        Ok(cleared)
    })?;
    Ok(through(mask, json!({"spreadsheetId": id, "clearedRanges": cleared})))
}

fn batch_clear_by_filter(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "BatchClearValuesByDataFilterRequest", "")?;
    let mask = mask_of(call, "BatchClearValuesByDataFilterResponse")?;
    let (cleared, _) = edit(sandbox, id, |draft| {
        let mut cleared = Vec::new();
        for ((sheet_id, area), _) in filtered(draft, items(&body, "dataFilters"))? {
            cleared.push(values::clear(draft, &Target { sheet_id, area, single: false })?);
        }
        Ok(cleared)
    })?;
    Ok(through(mask, json!({"spreadsheetId": id, "clearedRanges": cleared})))
}

/// The sums that a batch of writes answers with, and one answer for each.
fn totals(
    book: &Spreadsheet,
    done: &[(values::Written, bool)],
    echo: &Echo,
) -> Result<(Value, Vec<Value>), ApiError> {
    let mut totals = json!({"spreadsheetId": book.id});
    let mut sheets: Vec<i64> = done.iter().map(|(written, _)| written.sheet_id).collect();
    sheets.sort_unstable();
    sheets.dedup();
    // Rows and columns are counted once a sheet, however many ranges touch them.
    let spans = |span: fn(&Area) -> std::ops::Range<usize>| {
        let mut seen = std::collections::BTreeSet::new();
        for (written, _) in done.iter().filter(|(written, _)| written.cells > 0) {
            seen.extend(span(&written.area).map(|index| (written.sheet_id, index)));
        }
        seen.len()
    };
    let cells: usize = done.iter().map(|(written, _)| written.cells).sum();
    for (name, count) in [
        ("totalUpdatedRows", spans(|area| area.top..area.bottom)),
        ("totalUpdatedColumns", spans(|area| area.left..area.right)),
        ("totalUpdatedCells", cells),
        ("totalUpdatedSheets", sheets.len()),
    ] {
        if count > 0 {
            totals[name] = json!(count);
        }
    }
    let mut responses = Vec::new();
    for (written, columns) in done {
        responses.push(echo.answer(book, written, *columns)?);
    }
    Ok((totals, responses))
}

fn batch_write(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "BatchUpdateValuesRequest", "")?;
    let mask = mask_of(call, "BatchUpdateValuesResponse")?;
    let input = Input::parse(word(&body, "valueInputOption"))?;
    let echo = Echo::of_body(&body)?;
    let data = items(&body, "data");
    let mut checked = Vec::new();
    for (at, value_range) in data.iter().enumerate() {
        checked.push((
            values::lists(value_range, &format!("data[{at}].values"))?,
            by_columns(value_range)?,
        ));
    }
    let (done, book) = edit(sandbox, id, |draft| {
        let mut done = Vec::new();
        for (at, (value_range, (lists, columns))) in data.iter().zip(&checked).enumerate() {
            let range = word(value_range, "range");
            let write = values::target(draft, range)
                .and_then(|target| values::write(draft, &target, range, lists, *columns, input))
                .map_err(|Refusal(text)| Refusal(format!("Invalid data[{at}]: {text}")))?;
            done.push((write, *columns));
        }
        Ok(done)
    })?;
    let (mut answer, responses) = totals(found(&book, id)?, &done, &echo)?;
    answer["responses"] = json!(responses);
    Ok(through(mask, answer))
}

fn batch_write_by_filter(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "BatchUpdateValuesByDataFilterRequest", "")?;
    let mask = mask_of(call, "BatchUpdateValuesByDataFilterResponse")?;
    let input = Input::parse(word(&body, "valueInputOption"))?;
    let echo = Echo::of_body(&body)?;
    let data = items(&body, "data");
    let (done, book) = edit(sandbox, id, |draft| {
        let mut done = Vec::new();
        for (at, item) in data.iter().enumerate() {
            let lists = values::lists(item, &format!("data[{at}].values"))?;
            let columns = by_columns(item)?;
            let filter = item.get("dataFilter").cloned().unwrap_or_default();
            for ((sheet_id, area), _) in filtered(draft, std::slice::from_ref(&filter))? {
                let named = draft
                    .sheet(sheet_id)
                    .map(|sheet| range::shown(&sheet.title, &area))
                    .unwrap_or_default();
                let target = Target { sheet_id, area, single: false };
                let write = values::write(draft, &target, &named, &lists, columns, input)
                    .map_err(|Refusal(text)| Refusal(format!("Invalid data[{at}]: {text}")))?;
                done.push((write, columns, filter.clone()));
            }
        }
        Ok(done)
    })?;
    let plain: Vec<(values::Written, bool)> =
        done.iter().map(|(written, columns, _)| (written.clone(), *columns)).collect();
    let (mut answer, mut responses) = totals(found(&book, id)?, &plain, &echo)?;
    for (response, (_, _, filter)) in responses.iter_mut().zip(done) {
        response["dataFilter"] = filter;
        if let Value::Object(map) = response {
            map.remove("spreadsheetId");
        }
    }
    answer["responses"] = json!(responses);
    Ok(through(mask, answer))
}

fn get_metadata(sandbox: &Sandbox, id: &str, metadata: &str) -> Answer {
    let book = sandbox.book();
    let wanted: Option<i64> = metadata.parse().ok();
    let found = found(&book, id)?
        .metadata
        .iter()
        .find(|kept| kept["metadataId"].as_i64() == wanted && wanted.is_some());
    found.cloned().map(Outcome::Json).ok_or_else(ApiError::not_found)
}

fn search_metadata(sandbox: &Sandbox, call: &Call, id: &str) -> Answer {
    let body = schema::checked(call.json()?, "SearchDeveloperMetadataRequest", "")?;
    let book = sandbox.book();
    let spreadsheet = found(&book, id)?;
    let filters = items(&body, "dataFilters");
    let mut matched = Vec::new();
    for kept in &spreadsheet.metadata {
        let by: Vec<&Value> = filters
            .iter()
            .filter(|filter| batch::metadata_matches(spreadsheet, kept, filter))
            .collect();
        if !by.is_empty() {
            matched.push(json!({"developerMetadata": kept, "dataFilters": by}));
        }
    }
    let body =
        if matched.is_empty() { json!({}) } else { json!({"matchedDeveloperMetadata": matched}) };
    masked(call, "SearchDeveloperMetadataResponse", body)
}
