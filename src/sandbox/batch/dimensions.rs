//! Requests on rows and columns: making, deleting, moving, sizing, hiding, grouping.

use serde_json::{Value, json};

use super::sheets::drop_lost_named_ranges;
use super::{Ids, Reply, dimension_range, int, mask, sheet_id, text, truth};
use crate::book::range::{Shift, shift_json};
use crate::book::{Dimension, Spreadsheet};
use crate::errors::Refusal;
use crate::references;

pub(super) fn append(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let id = sheet_id(body);
    let sheet = book.sheet_mut(id)?;
    let length = int(body, "length").unwrap_or(0);
    if length <= 0 {
        return Err(Refusal(format!("appendDimension.length[{length}] must be greater than 0.")));
    }
    let length = length as usize;
    match Dimension::parse(text(body, "dimension")) {
        Some(Dimension::Rows) => sheet.grow(sheet.row_count().saturating_add(length), 0),
        Some(Dimension::Columns) => sheet.grow(0, sheet.column_count().saturating_add(length)),
        None => return Err("appendDimension.dimension is required".into()),
    }
    book.check_size()?;
    Ok(Value::Null)
}

pub(super) fn insert(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, dimension, start, end) = dimension_range(book, &body["range"], "range")?;
    let before = truth(body, "inheritFromBefore");
    let sheet = book.sheet_mut(id)?;
    let count = sheet.count(dimension);
    if start > count {
        return Err(Refusal(format!(
            "range.startIndex is larger than current grid size ({count})"
        )));
    }
    if start == count && !before {
        return Err(
            "range.startIndex must be less than the grid size if inheritFromBefore is false."
                .into(),
        );
    }
    if start == 0 && before {
        return Err(
            "inheritFromBefore cannot be true if inserting at the first row or column.".into()
        );
    }
    let added = end - start;
    let across = sheet.count(if dimension == Dimension::Rows {
        Dimension::Columns
    } else {
        Dimension::Rows
    });
    let grown = book.cell_count().saturating_add(across.saturating_mul(added));
    if grown > crate::book::MOST_CELLS {
        let most = crate::book::MOST_CELLS;
        let text = format!(
            "This action would increase the number of cells in the workbook above the limit of {most} cells."
        );
        return Err(Refusal(text));
    }
    let model = if before { start - 1 } else { start };
    book.sheet_mut(id)?.insert(dimension, start, added, Some(model));
    shift_named(book, id, dimension, Shift::Insert { at: start, count: added });
    Ok(Value::Null)
}

pub(super) fn delete(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, dimension, start, end) = dimension_range(book, &body["range"], "range")?;
    let sheet = book.sheet_mut(id)?;
    let count = sheet.count(dimension);
    let (noun, frozen) = match dimension {
        Dimension::Rows => ("row", "frozenRowCount"),
        Dimension::Columns => ("column", "frozenColumnCount"),
    };
    if end > count {
        let index = start.max(count);
        return Err(Refusal(format!(
            "Cannot delete a {noun} that doesn't exist. Tried to delete {noun} index {index} but there are only {count} {noun}s."
        )));
    }
    if end - start == count {
        return Err(Refusal(format!("You can't delete all the {noun}s on the sheet.")));
    }
    let frozen_count =
        sheet.grid_properties.get(frozen).and_then(Value::as_u64).unwrap_or(0) as usize;
    if frozen_count > 0 && start <= frozen_count && end == count {
        return Err(Refusal(format!(
            "Sorry, it is not possible to delete all non-frozen {noun}s."
        )));
    }
    let lost = end.min(frozen_count).saturating_sub(start);
    if lost > 0 {
        match frozen_count - lost {
            0 => drop(sheet.grid_properties.remove(frozen)),
            left => drop(sheet.grid_properties.insert(frozen.to_owned(), json!(left))),
        }
    }
    sheet.delete(dimension, start, end - start);
    shift_named(book, id, dimension, Shift::Delete { at: start, count: end - start });
    Ok(Value::Null)
}

/// Formulas, named ranges and metadata follow the rows and columns they stand on.
pub(super) fn shift_named(book: &mut Spreadsheet, id: i64, dimension: Dimension, shift: Shift) {
    let changed = book.sheet(id).map(|sheet| sheet.title.clone()).unwrap_or_default();
    book.rewrite_formulas(|home, source| {
        references::shifted(source, home, &changed, dimension, shift)
    });
    book.named_ranges.retain_mut(|named| shift_json(named, id, dimension, shift));
    book.metadata.retain_mut(|metadata| shift_json(metadata, id, dimension, shift));
    drop_lost_named_ranges(book);
}

pub(super) fn relocate(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, dimension, start, end) = dimension_range(book, &body["source"], "source")?;
    let sheet = book.sheet_mut(id)?;
    let count = sheet.count(dimension);
    let to = int(body, "destinationIndex").unwrap_or(0);
    if to < 0 || to as usize > count || end > count {
        return Err(Refusal(format!(
            "destinationIndex[{to}] or source.endIndex[{end}] is beyond the grid[{count}]"
        )));
    }
    let to = to as usize;
    if (start..=end).contains(&to) {
        return if to == start || to == end {
            Ok(Value::Null)
        } else {
            Err("Cannot move dimensions into themselves.".into())
        };
    }
    sheet.relocate(dimension, start, end - start, to);
    Ok(Value::Null)
}

pub(super) fn update_properties(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let mask = mask(body, "DimensionProperties")?;
    let (id, dimension, start, end) = dimension_range(book, &body["range"], "range")?;
    let sheet = book.sheet_mut(id)?;
    let properties = &body["properties"];
    let end = end.min(sheet.count(dimension));
    let pixels = match int(properties, "pixelSize") {
        Some(size) if size < 0 => {
            return Err(Refusal(format!("pixelSize[{size}] must not be negative.")));
        }
        size => size.map(|size| size as u32),
    };
    for index in start..end {
        sheet.edit_properties(dimension, index, |kept| {
            if mask.has("pixelSize") && (pixels.is_some() || !mask.is_all()) {
                kept.pixel_size = pixels;
            }
            if mask.has("hiddenByUser") {
                kept.hidden = truth(properties, "hiddenByUser");
            }
        });
    }
    Ok(Value::Null)
}

/// As wide as the longest shown text needs, at some seven pixels a character; rows go back to the
/// default height.
pub(super) fn auto_resize(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, dimension, start, end) = dimension_range(book, &body["dimensions"], "dimensions")?;
    let sheet = book.sheet(id).ok_or_else(|| Refusal::no_grid(id))?;
    let end = end.min(sheet.count(dimension));
    let mut sizes = Vec::new();
    for index in start..end {
        let longest = match dimension {
            Dimension::Rows => 0,
            Dimension::Columns => {
                let lines = (0..sheet.rows().len()).filter(|&row| sheet.cell(row, index).is_some());
                lines.map(|row| longest_line(&book.shown(sheet, row, index))).max().unwrap_or(0)
            }
        };
        sizes.push((longest > 0).then(|| (longest * 7 + 8).min(20_000) as u32));
    }
    let sheet = book.sheet_mut(id)?;
    for (index, size) in (start..end).zip(sizes) {
        if size.is_some() || dimension == Dimension::Rows {
            sheet.edit_properties(dimension, index, |kept| kept.pixel_size = size);
        }
    }
    Ok(Value::Null)
}

fn longest_line(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

pub(super) fn add_group(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, dimension, start, end) = dimension_range(book, &body["range"], "range")?;
    let sheet = book.sheet_mut(id)?;
    let count = sheet.count(dimension);
    if start >= count {
        return Err(Refusal(format!(
            "range.startIndex[{start}] must be less than the grid's size[{count}]"
        )));
    }
    // An end beyond the grid means its edge.
    let end = end.min(count);
    let rows = dimension == Dimension::Rows;
    let groups =
        if rows { &mut sheet.objects.row_groups } else { &mut sheet.objects.column_groups };
    let depth = 1 + groups
        .iter()
        .filter(|group| {
            int(&group["range"], "startIndex").is_some_and(|at| at as usize <= start)
                && int(&group["range"], "endIndex").is_some_and(|at| at as usize >= end)
        })
        .count();
    let range =
        json!({"sheetId": id, "dimension": dimension.word(), "startIndex": start, "endIndex": end});
    groups.push(json!({"range": range, "depth": depth}));
    let reply = json!({"dimensionGroups": groups});
    sheet.grid_properties.insert(
        if rows { "rowGroupControlAfter" } else { "columnGroupControlAfter" }.to_owned(),
        json!(true),
    );
    Ok(reply)
}

pub(super) fn delete_group(book: &mut Spreadsheet, _: &mut Ids<'_>, body: &Value) -> Reply {
    let (id, dimension, start, end) = dimension_range(book, &body["range"], "range")?;
    let sheet = book.sheet_mut(id)?;
    let groups = match dimension {
        Dimension::Rows => &mut sheet.objects.row_groups,
        Dimension::Columns => &mut sheet.objects.column_groups,
    };
    let at = groups.iter().rposition(|group| {
        int(&group["range"], "startIndex").is_some_and(|at| at as usize == start)
            && int(&group["range"], "endIndex").is_some_and(|at| at as usize == end)
    });
    let Some(at) = at else { return Err("No group exists over the given range.".into()) };
    groups.remove(at);
    Ok(if groups.is_empty() { json!({}) } else { json!({"dimensionGroups": groups}) })
}
