"""google-api-python-client against the sandbox: Google's own client, its Sheets and Drive services."""

import sys

from google.api_core.client_options import ClientOptions
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

BASE = sys.argv[1]


def service(name, version, endpoint):
    options = ClientOptions(api_endpoint=endpoint)
    return build(name, version, credentials=Credentials("local"), client_options=options, static_discovery=True)


sheets = service("sheets", "v4", BASE).spreadsheets()
drive = service("drive", "v3", BASE + "/drive/v3/").files()

# Create: one through Sheets, one through Drive.
properties = {"title": "Hafalan", "locale": "id_ID", "timeZone": "Asia/Jakarta"}
book = sheets.create(body={"properties": properties, "sheets": [{"properties": {"title": "Data", "sheetId": 7}}]}).execute()
ID = book["spreadsheetId"]
assert book["properties"]["title"] == "Hafalan" and book["properties"]["locale"] == "id_ID"
assert book["sheets"][0]["properties"]["gridProperties"] == {"rowCount": 1000, "columnCount": 26}
kind = "application/vnd.google-apps.spreadsheet"
second = drive.create(body={"name": "Lewat Drive", "mimeType": kind}, fields="id,name").execute()
found = drive.list(q=f"name = 'Lewat Drive' and mimeType = '{kind}' and trashed = false", fields="files(id)").execute()
assert found == {"files": [{"id": second["id"]}]}, found

# Write.
values = sheets.values()
raw = values.update(
    spreadsheetId=ID, range="Data!A1", valueInputOption="RAW", body={"values": [["Nama", "Juz", "Setor"], ["=A1", "1,5", True]]}
).execute()
assert (raw["updatedRange"], raw["updatedCells"]) == ("Data!A1:C2", 6), raw
typed = values.update(
    spreadsheetId=ID,
    range="Data!A2:C4",
    valueInputOption="USER_ENTERED",
    includeValuesInResponse=True,
    responseValueRenderOption="UNFORMATTED_VALUE",
    body={"values": [["Salma", "1,5", "24/11/2026"], ["Budi", "30", "24/11/2026 07:30"], ["Ani", "=SUM(B2:B3)", ""]]},
).execute()
assert typed["updatedData"]["values"][0] == ["Salma", 1.5, 46350], typed
added = values.append(
    spreadsheetId=ID,
    range="Data!A1:C1",
    valueInputOption="USER_ENTERED",
    insertDataOption="INSERT_ROWS",
    body={"values": [["Dewi", "2"]]},
).execute()
assert added["updates"]["updatedRange"] == "Data!A5:B5", added
many = {"valueInputOption": "RAW", "data": [{"range": "Data!E1", "majorDimension": "COLUMNS", "values": [[1, 2, 3]]}]}
assert values.batchUpdate(spreadsheetId=ID, body=many).execute()["totalUpdatedRows"] == 3

# Read.
shown = values.get(spreadsheetId=ID, range="Data!A1:C5").execute()
assert shown["values"][3] == ["Ani", "31,5"] and shown["values"][2][2] == "24/11/2026 7:30:00", shown
plain = values.get(spreadsheetId=ID, range="Data!B2:C3", valueRenderOption="UNFORMATTED_VALUE").execute()
assert plain["values"] == [[1.5, 46350], [30, 46350.3125]], plain
dated = values.batchGet(
    spreadsheetId=ID,
    ranges=["Data!C2", "Data!E1:E3"],
    valueRenderOption="UNFORMATTED_VALUE",
    dateTimeRenderOption="FORMATTED_STRING",
).execute()
assert [part["values"] for part in dated["valueRanges"]] == [[["24/11/2026"]], [[1], [2], [3]]], dated
formula = values.get(spreadsheetId=ID, range="Data!B4", valueRenderOption="FORMULA").execute()
assert formula["values"] == [["=SUM(B2:B3)"]]
assert values.clear(spreadsheetId=ID, range="Data!E1:E3", body={}).execute()["clearedRange"] == "Data!E1:E3"
assert "values" not in values.get(spreadsheetId=ID, range="Data!E1:E3").execute()


def batch(*requests):
    return sheets.batchUpdate(spreadsheetId=ID, body={"requests": list(requests)}).execute()["replies"]


def area(first_row, end_row, first_column, end_column):
    return {
        "sheetId": 7,
        "startRowIndex": first_row,
        "endRowIndex": end_row,
        "startColumnIndex": first_column,
        "endColumnIndex": end_column,
    }


# Format, sort, chart.
batch(
    {
        "repeatCell": {
            "range": area(0, 1, 0, 3),
            "cell": {"userEnteredFormat": {"textFormat": {"bold": True}}},
            "fields": "userEnteredFormat.textFormat.bold",
        }
    },
    {
        "repeatCell": {
            "range": area(1, 5, 1, 2),
            "cell": {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.0"}}},
            "fields": "userEnteredFormat.numberFormat",
        }
    },
    {"sortRange": {"range": area(1, 3, 0, 3), "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}},
)
assert values.get(spreadsheetId=ID, range="Data!A2:B3").execute()["values"] == [["Budi", "30,0"], ["Salma", "1,5"]]
reply = batch(
    {
        "addChart": {
            "chart": {
                "spec": {
                    "title": "Juz",
                    "pieChart": {
                        "domain": {"sourceRange": {"sources": [area(1, 3, 0, 1)]}},
                        "series": {"sourceRange": {"sources": [area(1, 3, 1, 2)]}},
                    },
                },
                "position": {"overlayPosition": {"anchorCell": {"sheetId": 7, "rowIndex": 6}}},
            }
        }
    }
)
assert reply[0]["addChart"]["chart"]["spec"]["title"] == "Juz"
grid = sheets.get(spreadsheetId=ID, ranges="Data!A1", fields="sheets(data(rowData(values(effectiveFormat))))").execute()
assert grid["sheets"][0]["data"][0]["rowData"][0]["values"][0]["effectiveFormat"]["textFormat"]["bold"] is True

# Rename, delete.
batch(
    {"updateSheetProperties": {"properties": {"sheetId": 7, "title": "Setoran"}, "fields": "title"}},
    {"updateSpreadsheetProperties": {"properties": {"title": "Hafalan 2026"}, "fields": "title"}},
    {"addSheet": {"properties": {"title": "Buang", "sheetId": 8}}},
    {"deleteSheet": {"sheetId": 8}},
)
names = sheets.get(spreadsheetId=ID, fields="properties.title,sheets.properties.title").execute()
assert names["properties"]["title"] == "Hafalan 2026"
assert names["sheets"] == [{"properties": {"title": "Setoran"}}], names
assert drive.update(fileId=second["id"], body={"name": "Nama lain"}).execute()["name"] == "Nama lain"
assert drive.delete(fileId=second["id"]).execute() in ("", b"")

# What Google refuses is refused in Google's words.
try:
    values.get(spreadsheetId=ID, range="Tidak ada!A1").execute()
except HttpError as error:
    assert error.resp.status == 400 and "Unable to parse range" in str(error), error
else:
    raise AssertionError("a tab that is not there was read")
drive.delete(fileId=ID).execute()
try:
    sheets.get(spreadsheetId=ID).execute()
except HttpError as error:
    assert error.resp.status == 404, error
else:
    raise AssertionError("a deleted spreadsheet is still there")
