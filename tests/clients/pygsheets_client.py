"""pygsheets against the sandbox: cells, formats and charts as objects."""

import sys

import pygsheets
from google.oauth2.credentials import Credentials
from pygsheets.custom_types import ChartType, FormatType, ValueRenderOption

BASE = sys.argv[1]
client = pygsheets.authorize(custom_credentials=Credentials("local"))
client.sheet.service._baseUrl = BASE + "/"
client.drive.service._baseUrl = BASE + "/drive/v3/"

# Create and find again.
book = client.create("Kas pygsheets")
assert client.open("Kas pygsheets").id == book.id
assert "Kas pygsheets" in client.spreadsheet_titles()
sheet = book.add_worksheet("Kas", rows=30, cols=6)

# Write: as it is, and as a person types it.
sheet.update_values("A1", [["Nama", "Jumlah"], ["Salma", "=1+1"]], parse=False)
assert sheet.get_value("B2", value_render=ValueRenderOption.FORMULA) == "=1+1"
sheet.update_values("A2", [["Salma", "25000"], ["Budi", "1500.5"], ["Ani", "=B2*2"]], parse=True)
sheet.update_value("D1", "11/24/2026")
sheet.append_table([["Dewi", 7], ["Eka", 8]], start="A1")

# Read.
assert sheet.get_value("B4", value_render=ValueRenderOption.UNFORMATTED_VALUE) == 50000
assert sheet.get_value("D1") == "11/24/2026"
assert sheet.get_value("D1", value_render=ValueRenderOption.UNFORMATTED_VALUE) == 46350
rows = sheet.get_values("A1", "B6", value_render=ValueRenderOption.UNFORMATTED_VALUE)
assert rows == [["Nama", "Jumlah"], ["Salma", 25000], ["Budi", 1500.5], ["Ani", 50000], ["Dewi", 7], ["Eka", 8]], rows
assert sheet.get_col(1, include_tailing_empty=False) == ["Nama", "Salma", "Budi", "Ani", "Dewi", "Eka"]
assert [cell.label for cell in sheet.find("Budi")] == ["A3"]

# Format, through a cell and through a range.
cell = sheet.cell("B2")
cell.set_number_format(FormatType.NUMBER, "#,##0.00")
cell.color = (0.8, 1.0, 0.8, 1.0)
cell.note = "kas"
sheet.cell("A1").set_text_format("bold", True)
assert sheet.get_value("B2") == "25,000.00"
again = sheet.cell("B2")
again.fetch()
assert again.note == "kas" and again.color[1] == 1.0, (again.note, again.color)
title = sheet.cell("A1")
title.fetch()
assert title.text_format["bold"] is True
sheet.frozen_rows = 1
sheet.adjust_column_width(1, 2, 150)
sheet.range("A1:B1", returnas="range").apply_format(again)

# Sort, rows and columns.
sheet.sort_range("A2", "B6", basecolumnindex=1, sortorder="ASCENDING")
assert sheet.get_col(1, include_tailing_empty=False)[1:4] == ["Dewi", "Eka", "Budi"]
sheet.insert_rows(1, number=1, values=["Awal", 0])
sheet.delete_rows(2)
assert sheet.get_value("A2") == "Dewi"

# A chart.
chart = sheet.add_chart(("A2", "A6"), [("B2", "B6")], "Kas", chart_type=ChartType.COLUMN, anchor_cell="D3")
assert [known.title for known in sheet.get_charts("Kas")] == ["Kas"]
chart.title = "Kas bulan ini"
chart.delete()
assert sheet.get_charts() == []

# Rename, copy, delete.
sheet.title = "Kas 2026"
twin = book.add_worksheet("Salinan", src_worksheet=sheet)
assert twin.get_value("A1") == "Nama"
book.del_worksheet(twin)
assert [tab.title for tab in client.open_by_key(book.id).worksheets()] == ["Sheet1", "Kas 2026"]
book.title = "Kas baru"
assert client.open("Kas baru").id == book.id
book.delete()
try:
    client.open("Kas baru")
except pygsheets.SpreadsheetNotFound:
    pass
else:
    raise AssertionError("a deleted spreadsheet is still there")
