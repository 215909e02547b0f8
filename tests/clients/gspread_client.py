"""gspread against the sandbox: what its users do with a spreadsheet, through its own functions."""

import sys

import gspread
from google.oauth2.credentials import Credentials
from gspread.utils import ValueInputOption, ValueRenderOption

BASE = sys.argv[1]
GOOGLE = ("https://sheets.googleapis.com", "https://www.googleapis.com")


class Local(gspread.HTTPClient):
    """The client's own HTTP, sent to the sandbox."""

    def request(self, method, endpoint, *args, **kwargs):
        for host in GOOGLE:
            endpoint = endpoint.replace(host, BASE)
        return super().request(method, endpoint, *args, **kwargs)


client = gspread.Client(auth=Credentials("local"), http_client=Local)

# Create, through Drive, and find again.
book = client.create("Iuran gspread")
assert client.open("Iuran gspread").id == book.id
assert client.open_by_key(book.id).title == "Iuran gspread"
assert book.id in [file["id"] for file in client.list_spreadsheet_files()]
book.update_locale("id_ID")
book.update_timezone("Asia/Jakarta")
assert client.open_by_key(book.id).locale == "id_ID"

# Write: as it is, and as a person types it.
sheet = book.add_worksheet("Iuran", rows=20, cols=6)
sheet.update(
    [["Nama", "Jumlah", "Tanggal"], ["Salma", "=1+1", "0812"]], "A1:C2", value_input_option=ValueInputOption.raw
)
assert sheet.get("A2:C2", value_render_option=ValueRenderOption.formula) == [["Salma", "=1+1", "0812"]]
sheet.update(
    [["Salma", "25.000", "24/11/2026"], ["Budi", "1500,5", "01/02/2026"], ["Ani", "=B2*2", "3/3/2026"]],
    "A2:C4",
    value_input_option=ValueInputOption.user_entered,
)

# Read: as it is shown, as it is, and what was entered.
assert sheet.acell("B4", value_render_option=ValueRenderOption.unformatted).value == 50000
assert sheet.acell("B4", value_render_option=ValueRenderOption.formula).value == "=B2*2"
assert sheet.acell("C2", value_render_option=ValueRenderOption.unformatted).value == 46350
assert sheet.acell("C2").value == "24/11/2026"
assert sheet.acell("B3").value == "1500,5"
assert sheet.row_values(1) == ["Nama", "Jumlah", "Tanggal"]
assert sheet.col_values(1) == ["Nama", "Salma", "Budi", "Ani"]
assert [record["Nama"] for record in sheet.get_all_records()] == ["Salma", "Budi", "Ani"]
assert sheet.find("Budi").address == "A3"

# Add rows, and change and clear a few at once.
sheet.append_row(["Dewi", 7], value_input_option=ValueInputOption.raw)
sheet.append_rows([["Eka", 8], ["Fajar", 9]])
sheet.batch_update([{"range": "B5", "values": [[70]]}, {"range": "B6:B7", "values": [[80], [90]]}])
assert sheet.get("A5:B7", value_render_option=ValueRenderOption.unformatted) == [["Dewi", 70], ["Eka", 80], ["Fajar", 90]]
sheet.batch_clear(["C5:C7"])
sheet.insert_row(["Gita", 1], index=5)
sheet.delete_rows(5)
assert sheet.cell(5, 1).value == "Dewi"

# Format.
sheet.format("A1:C1", {"textFormat": {"bold": True}, "backgroundColor": {"red": 0.8, "green": 1, "blue": 0.8}})
sheet.format("B2:B7", {"numberFormat": {"type": "NUMBER", "pattern": "#,##0.00"}})
assert sheet.acell("B2").value == "25.000,00"
sheet.freeze(rows=1)
sheet.merge_cells("E1:F1")
sheet.columns_auto_resize(0, 3)
assert client.open_by_key(book.id).worksheet("Iuran").frozen_row_count == 1
grid = book.fetch_sheet_metadata({"includeGridData": True, "ranges": "Iuran!A1"})
bold = grid["sheets"][0]["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]["textFormat"]["bold"]
assert bold is True

# Sort, numbers by size.
sheet.sort((2, "asc"), range="A2:C7")
assert sheet.col_values(1)[1:4] == ["Dewi", "Eka", "Fajar"], sheet.col_values(1)
sheet.set_basic_filter("A1:C7")

# A chart: gspread has no function of its own for it, so its raw batch.
source = {"sources": [{"sheetId": sheet.id, "startRowIndex": 0, "endRowIndex": 7, "startColumnIndex": 1, "endColumnIndex": 2}]}
chart = {
    "spec": {"title": "Iuran", "basicChart": {"chartType": "COLUMN", "series": [{"series": {"sourceRange": source}}]}},
    "position": {"overlayPosition": {"anchorCell": {"sheetId": sheet.id, "rowIndex": 8}}},
}
reply = book.batch_update({"requests": [{"addChart": {"chart": chart}}]})
added = reply["replies"][0]["addChart"]["chart"]["chartId"]
shown = book.fetch_sheet_metadata()["sheets"][1]["charts"]
assert [chart["chartId"] for chart in shown] == [added]

# Rename, copy, delete.
sheet.update_title("Iuran 2026")
assert [tab.title for tab in book.worksheets()] == ["Sheet1", "Iuran 2026"]
twin = sheet.duplicate(new_sheet_name="Salinan")
assert twin.acell("A1").value == "Nama"
book.del_worksheet(twin)
book.update_title("Iuran baru")
assert client.open("Iuran baru").id == book.id
copy = client.copy(book.id, title="Arsip")
assert copy.worksheet("Iuran 2026").acell("A1").value == "Nama"
client.del_spreadsheet(copy.id)
client.del_spreadsheet(book.id)
try:
    client.open_by_key(book.id)
except gspread.exceptions.SpreadsheetNotFound:
    pass
else:
    raise AssertionError("a deleted spreadsheet is still there")
