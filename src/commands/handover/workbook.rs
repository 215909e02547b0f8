//! The report as a spreadsheet file. Everything is written as text or number: nothing becomes a
//! formula.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Chart as XlsxChart, ChartType, DocProperties, ExcelDateTime, Format as Look, FormatAlign,
    Workbook, Worksheet, XlsxError,
};

use crate::table::Cell;
use crate::table::tab::{Chart, Format, Layout, Style, Tone, Wanted};

/// The most characters that the title of a sheet may have.
const TITLE_CHARACTERS: usize = 31;

/// A4, as the file format counts papers.
const A4: u8 = 9;

/// The bytes of the file. It was made on the day of its figures: the same figures give the same
/// bytes.
pub fn workbook(sheets: &[Wanted], as_of: NaiveDate) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let year = u16::try_from(as_of.year()).unwrap_or(0);
    let made = ExcelDateTime::from_ymd(year, as_of.month() as u8, as_of.day() as u8)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for sheet in sheets {
        write(workbook.add_worksheet(), sheet)?;
    }
    workbook.save_to_buffer()
}

fn write(worksheet: &mut Worksheet, sheet: &Wanted) -> Result<(), XlsxError> {
    let layout = &sheet.layout;
    let title = title(&layout.title);
    worksheet.set_name(&title)?;
    worksheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    for (column, width) in (0..).zip(&layout.columns) {
        worksheet.set_column_width_pixels(column, width.width_px)?;
    }
    worksheet.set_freeze_panes(layout.frozen_rows as u32, 0)?;
    for (row, wanted) in (0..).zip(&sheet.rows) {
        for (column, cell) in wanted.cells.iter().enumerate() {
            let tone = tone(layout, column, &cell.value);
            let look = look(wanted.style, cell.format, tone);
            let column = column as u16;
            match &cell.value {
                Cell::Blank => worksheet.write_blank(row, column, &look)?,
                Cell::Number(number) => {
                    worksheet.write_number_with_format(row, column, *number, &look)?
                }
                Cell::Boolean(boolean) => {
                    worksheet.write_boolean_with_format(row, column, *boolean, &look)?
                }
                Cell::Text(text) => {
                    worksheet.write_string_with_format(row, column, text.as_str(), &look)?
                }
            };
        }
    }
    for chart in &layout.charts {
        draw(worksheet, &title, chart)?;
    }
    Ok(())
}

/// A title that the file format allows.
fn title(title: &str) -> String {
    title
        .replace(['[', ']', ':', '*', '?', '/', '\\'], " ")
        .chars()
        .take(TITLE_CHARACTERS)
        .collect()
}

/// What the colour of a cell says, if its column has colours.
pub fn tone(layout: &Layout, column: usize, value: &Cell) -> Option<Tone> {
    let rule = layout
        .colours
        .iter()
        .find(|rule| rule.column == column && value.as_text() == rule.text.as_str());
    rule.map(|rule| rule.tone)
}

fn look(style: Style, format: Format, tone: Option<Tone>) -> Look {
    let look = Look::new().set_align(FormatAlign::Top);
    let look = match style {
        Style::Title => look.set_bold().set_font_size(16),
        Style::Lead => look.set_italic(),
        Style::Header => look.set_bold().set_text_wrap().set_background_color(0xD9E2E4),
        Style::Section => look.set_bold().set_background_color(0xEEF2F3),
        Style::Body => look,
    };
    let look = match tone {
        Some(Tone::Good) => look.set_background_color(0xD9EAD3),
        Some(Tone::Warning) => look.set_background_color(0xFFF2CC),
        Some(Tone::Alert) => look.set_background_color(0xF4CCCC),
        None => look,
    };
    match format {
        Format::Text => look,
        Format::Wrapped => look.set_text_wrap(),
        Format::Integer => look.set_num_format("#,##0"),
        Format::Decimal => look.set_num_format("#,##0.0#"),
        Format::Percent => look.set_num_format("0%"),
        Format::Money => look.set_num_format("\"Rp\"#,##0"),
        Format::Date => look.set_num_format("d mmm yyyy"),
        Format::DateTime => look.set_num_format("d mmm yyyy hh:mm"),
    }
}

fn draw(worksheet: &mut Worksheet, title: &str, chart: &Chart) -> Result<(), XlsxError> {
    let (names, first, last) =
        (chart.first_row as u32, chart.first_row as u32 + 1, chart.end_row as u32 - 1);
    let labels = chart.labels_column as u16;
    let mut drawn = XlsxChart::new(ChartType::Column);
    drawn.title().set_name(&chart.title);
    for &column in &chart.series_columns {
        let column = column as u16;
        let series = drawn.add_series();
        series.set_name((title, names, column));
        series
            .set_categories((title, first, labels, last, labels))
            .set_values((title, first, column, last, column));
    }
    worksheet.insert_chart(chart.anchor.0 as u32, chart.anchor.1 as u16, &drawn)?;
    Ok(())
}
