//! The requests that make a new tab with its layout. Pure; all ids are given in the requests, so
//! that the API refuses a repeated request instead of making a second tab.

use google_sheets4::FieldMask;
use google_sheets4::api::{
    AddChartRequest, AddConditionalFormatRuleRequest, AddProtectedRangeRequest, AddSheetRequest,
    BasicChartDomain, BasicChartSeries, BasicChartSpec, BooleanCondition, BooleanRule, ChartData,
    ChartSourceRange, ChartSpec, ConditionValue, ConditionalFormatRule,
    CreateDeveloperMetadataRequest, DataValidationRule, DeveloperMetadata,
    DeveloperMetadataLocation, DimensionProperties, DimensionRange, EmbeddedChart,
    EmbeddedObjectPosition, GridCoordinate, GridProperties, GridRange, OverlayPosition,
    ProtectedRange, Request, SetDataValidationRequest, SheetProperties,
    UpdateDimensionPropertiesRequest,
};

use super::look::tone_format;
use crate::table::tab::{Chart, ColourRule, Column, Dropdown, Layout};

/// The key of the developer metadata that marks a tab as ours; its value is the view's key.
pub(super) const MARK_KEY: &str = "halaqah.view";

/// The description of our protected ranges.
const PROTECTION: &str = "halaqah";

/// Google's limit for the number of values in one validation rule.
const DROPDOWN_MAX: usize = 500;

/// Returns the requests for the tab, its mark, widths, protection, dropdowns, colours and charts,
/// in this order.
pub(super) fn add_tab(
    id: i64,
    index: usize,
    title: &str,
    row_count: usize,
    layout: &Layout,
) -> Vec<Request> {
    let id = sheet_id(id);
    let mut requests = vec![add_sheet(id, index, title, row_count, layout), mark(id, &layout.view)];
    requests.extend(widths(id, &layout.columns));
    requests.push(protection(id, layout));
    requests.extend(validations(id, layout));
    requests.extend(
        layout
            .colours
            .iter()
            .zip(0..)
            .map(|(rule, index)| colour(id, rule, index, header_row(layout))),
    );
    requests
        .extend(layout.charts.iter().zip(0..).map(|(chart, index)| add_chart(id, chart, index)));
    requests
}

/// What one column of a tab has by its layout: its width, its dropdown and its colours.
pub(super) fn lay_column(id: i64, column: usize, layout: &Layout) -> Vec<Request> {
    let id = sheet_id(id);
    let Some(own) = layout.columns.get(column) else { return Vec::new() };
    let mut requests = vec![width(id, column, column + 1, own.width_px)];
    requests
        .extend(own.people.as_ref().and_then(|dropdown| validation(id, column, dropdown, layout)));
    let colours = layout.colours.iter().filter(|rule| rule.column == column);
    requests
        .extend(colours.zip(0..).map(|(rule, index)| colour(id, rule, index, header_row(layout))));
    requests
}

/// The row of column titles. What holds for the rows below it begins here: a range that begins at
/// the first of them would be pushed down when a row is inserted before it.
fn header_row(layout: &Layout) -> usize {
    layout.header_row.unwrap_or(0)
}

/// Returns the first row below the column titles.
fn first_row(layout: &Layout) -> usize {
    layout.header_row.map_or(0, |row| row + 1)
}

fn add_sheet(id: i32, index: usize, title: &str, row_count: usize, layout: &Layout) -> Request {
    let properties = SheetProperties {
        sheet_id: Some(id),
        title: Some(title.to_owned()),
        index: Some(grid_index(index)),
        grid_properties: Some(GridProperties {
            // Google refuses to freeze every row, and a grid without cells.
            row_count: Some(grid_index(row_count.max(layout.frozen_rows + 1))),
            column_count: Some(grid_index(layout.columns.len().max(1))),
            frozen_row_count: Some(grid_index(layout.frozen_rows)),
            ..GridProperties::default()
        }),
        ..SheetProperties::default()
    };
    Request {
        add_sheet: Some(AddSheetRequest { properties: Some(properties) }),
        ..Request::default()
    }
}

fn mark(id: i32, view: &str) -> Request {
    let metadata = DeveloperMetadata {
        metadata_key: Some(MARK_KEY.to_owned()),
        metadata_value: Some(view.to_owned()),
        visibility: Some("DOCUMENT".to_owned()),
        location: Some(DeveloperMetadataLocation {
            sheet_id: Some(id),
            ..DeveloperMetadataLocation::default()
        }),
        metadata_id: None,
    };
    let request = CreateDeveloperMetadataRequest { developer_metadata: Some(metadata) };
    Request { create_developer_metadata: Some(request), ..Request::default() }
}

/// Returns one request for each run of columns of equal width.
fn widths(id: i32, columns: &[Column]) -> Vec<Request> {
    let mut start = 0;
    let mut requests = Vec::new();
    for run in columns.chunk_by(|one, next| one.width_px == next.width_px) {
        let end = start + run.len();
        requests.extend(run.first().map(|column| width(id, start, end, column.width_px)));
        start = end;
    }
    requests
}

/// Columns `start..end` become `width_px` pixels wide.
fn width(id: i32, start: usize, end: usize, width_px: u32) -> Request {
    let request = UpdateDimensionPropertiesRequest {
        range: Some(DimensionRange {
            sheet_id: Some(id),
            dimension: Some("COLUMNS".to_owned()),
            start_index: Some(grid_index(start)),
            end_index: Some(grid_index(end)),
        }),
        properties: Some(DimensionProperties {
            pixel_size: Some(i32::try_from(width_px).unwrap_or(i32::MAX)),
            ..DimensionProperties::default()
        }),
        fields: Some(FieldMask::new(&["pixelSize"])),
        ..UpdateDimensionPropertiesRequest::default()
    };
    Request { update_dimension_properties: Some(request), ..Request::default() }
}

/// The cells of one column from a row downwards, however far the grid grows.
fn column_below(id: i32, column: usize, first_row: usize) -> GridRange {
    GridRange {
        sheet_id: Some(id),
        start_row_index: Some(grid_index(first_row)),
        end_row_index: None,
        start_column_index: Some(grid_index(column)),
        end_column_index: Some(grid_index(column + 1)),
    }
}

fn people_columns(layout: &Layout) -> impl Iterator<Item = (usize, &Dropdown)> {
    layout
        .columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| Some((index, column.people.as_ref()?)))
}

/// Protects all cells but people's columns, with a warning only: the next cycle overwrites what
/// anybody writes there, but nobody is locked out.
fn protection(id: i32, layout: &Layout) -> Request {
    let open: Vec<GridRange> = people_columns(layout)
        .map(|(column, _)| column_below(id, column, header_row(layout)))
        .collect();
    let protected_range = ProtectedRange {
        range: Some(GridRange { sheet_id: Some(id), ..GridRange::default() }),
        unprotected_ranges: (!open.is_empty()).then_some(open),
        warning_only: Some(true),
        description: Some(PROTECTION.to_owned()),
        ..ProtectedRange::default()
    };
    let request = AddProtectedRangeRequest { protected_range: Some(protected_range) };
    Request { add_protected_range: Some(request), ..Request::default() }
}

fn validations(id: i32, layout: &Layout) -> impl Iterator<Item = Request> {
    people_columns(layout)
        .filter_map(move |(column, dropdown)| validation(id, column, dropdown, layout))
}

fn validation(id: i32, column: usize, dropdown: &Dropdown, layout: &Layout) -> Option<Request> {
    let request = SetDataValidationRequest {
        range: Some(column_below(id, column, first_row(layout))),
        rule: Some(dropdown_rule(dropdown)?),
        ..SetDataValidationRequest::default()
    };
    Some(Request { set_data_validation: Some(request), ..Request::default() })
}

/// Returns a list of the values, if there are any and Google can hold them; otherwise a rule that
/// accepts everything and only shows the hint. `None` without values and hint.
fn dropdown_rule(dropdown: &Dropdown) -> Option<DataValidationRule> {
    let mut values: Vec<&str> = Vec::new();
    for value in dropdown.values.iter().map(String::as_str) {
        if !value.is_empty() && !values.contains(&value) {
            values.push(value);
        }
    }
    let input_message = (!dropdown.hint.is_empty()).then(|| dropdown.hint.clone());
    if values.is_empty() || values.len() > DROPDOWN_MAX {
        input_message.as_ref()?;
        return Some(DataValidationRule {
            condition: Some(condition("CUSTOM_FORMULA", vec!["=TRUE".to_owned()])),
            input_message,
            show_custom_ui: None,
            strict: Some(false),
        });
    }
    Some(DataValidationRule {
        condition: Some(condition("ONE_OF_LIST", values.into_iter().map(literal).collect())),
        input_message,
        show_custom_ui: Some(true),
        strict: Some(true),
    })
}

/// Escapes the value of a condition: it is read as if typed, and an apostrophe keeps it text.
fn literal(text: &str) -> String {
    if text.starts_with(['=', '+', '\'']) { format!("'{text}") } else { text.to_owned() }
}

fn condition(kind: &str, values: Vec<String>) -> BooleanCondition {
    let value = |text| ConditionValue { user_entered_value: Some(text), relative_date: None };
    BooleanCondition {
        type_: Some(kind.to_owned()),
        values: Some(values.into_iter().map(value).collect()),
    }
}

fn colour(id: i32, rule: &ColourRule, index: i32, first_row: usize) -> Request {
    let rule = ConditionalFormatRule {
        ranges: Some(vec![column_below(id, rule.column, first_row)]),
        boolean_rule: Some(BooleanRule {
            condition: Some(condition("TEXT_EQ", vec![literal(&rule.text)])),
            format: Some(tone_format(rule.tone)),
        }),
        ..ConditionalFormatRule::default()
    };
    let request = AddConditionalFormatRuleRequest { rule: Some(rule), index: Some(index) };
    Request { add_conditional_format_rule: Some(request), ..Request::default() }
}

fn add_chart(id: i32, chart: &Chart, index: i32) -> Request {
    let data = |column: usize| ChartData {
        source_range: Some(ChartSourceRange {
            sources: Some(vec![GridRange {
                end_row_index: Some(grid_index(chart.end_row)),
                ..column_below(id, column, chart.first_row)
            }]),
        }),
        ..ChartData::default()
    };
    let series = |column: &usize| BasicChartSeries {
        series: Some(data(*column)),
        target_axis: Some("LEFT_AXIS".to_owned()),
        ..BasicChartSeries::default()
    };
    let basic_chart = BasicChartSpec {
        chart_type: Some("COLUMN".to_owned()),
        legend_position: Some("BOTTOM_LEGEND".to_owned()),
        header_count: Some(1),
        domains: Some(vec![BasicChartDomain {
            domain: Some(data(chart.labels_column)),
            reversed: None,
        }]),
        series: Some(chart.series_columns.iter().map(series).collect()),
        ..BasicChartSpec::default()
    };
    let chart = EmbeddedChart {
        chart_id: Some(chart_id(id, index)),
        spec: Some(ChartSpec {
            title: Some(chart.title.clone()),
            alt_text: Some(chart.title.clone()),
            basic_chart: Some(basic_chart),
            ..ChartSpec::default()
        }),
        position: Some(placed(id, chart.anchor)),
        border: None,
    };
    Request { add_chart: Some(AddChartRequest { chart: Some(chart) }), ..Request::default() }
}

fn placed(id: i32, (row, column): (usize, usize)) -> EmbeddedObjectPosition {
    let anchor_cell = GridCoordinate {
        sheet_id: Some(id),
        row_index: Some(grid_index(row)),
        column_index: Some(grid_index(column)),
    };
    let overlay_position =
        OverlayPosition { anchor_cell: Some(anchor_cell), ..OverlayPosition::default() };
    EmbeddedObjectPosition {
        overlay_position: Some(overlay_position),
        ..EmbeddedObjectPosition::default()
    }
}

/// The chart's id, from the tab's id and its place in the layout. Adding a multiple of an odd
/// number is one to one among the 2^31 ids, so charts of one tab never share an id.
fn chart_id(id: i32, index: i32) -> i32 {
    id.wrapping_add(index.wrapping_add(1).wrapping_mul(0x1e37_79b1)) & i32::MAX
}

/// Converts an index to the API's 32 bits, which suffice for a spreadsheet of 10 million cells.
pub(super) fn grid_index(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

/// Converts an id to the API's 32 bits. An id that does not fit becomes one that no tab has, and
/// Google refuses the request.
pub(super) fn sheet_id(id: i64) -> i32 {
    i32::try_from(id).unwrap_or(i32::MAX)
}
