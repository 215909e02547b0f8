// googleapis against the sandbox: Google's own client for Node, its Sheets and Drive services.

import assert from "node:assert/strict";
import { google } from "googleapis";

const base = process.argv[2];
const auth = new google.auth.OAuth2();
auth.setCredentials({ access_token: "local", expiry_date: Date.now() + 3.6e6 });
const sheets = google.sheets({ version: "v4", auth, rootUrl: `${base}/` }).spreadsheets;
const drive = google.drive({ version: "v3", auth, rootUrl: `${base}/` }).files;

// Create: one through Sheets, one through Drive.
const created = await sheets.create({
  requestBody: {
    properties: { title: "Mentor", locale: "id_ID", timeZone: "Asia/Jakarta" },
    sheets: [{ properties: { title: "Mentor", sheetId: 3, gridProperties: { rowCount: 50, columnCount: 8 } } }],
  },
});
const id = created.data.spreadsheetId;
assert.equal(created.data.properties.title, "Mentor");
assert.deepEqual(created.data.sheets[0].properties.gridProperties, { rowCount: 50, columnCount: 8 });
const mimeType = "application/vnd.google-apps.spreadsheet";
const second = (await drive.create({ requestBody: { name: "Arsip", mimeType }, fields: "id" })).data.id;
const found = await drive.list({ q: `name contains 'arsip' and trashed = false`, fields: "files(id, name)" });
assert.deepEqual(found.data.files, [{ id: second, name: "Arsip" }]);

// Write: as it is, and as a person types it.
const raw = await sheets.values.update({
  spreadsheetId: id,
  range: "Mentor!A1:C2",
  valueInputOption: "RAW",
  requestBody: { values: [["Nama", "Kapasitas", "Mulai"], ["=A1", "0812", 5]] },
});
assert.equal(raw.data.updatedCells, 6);
await sheets.values.batchUpdate({
  spreadsheetId: id,
  requestBody: {
    valueInputOption: "USER_ENTERED",
    data: [
      { range: "Mentor!A2", values: [["Rina", "12", "24/11/2026"], ["Joko", "7,5", "1/2/2026"]] },
      { range: "Mentor!A4", values: [["Jumlah", "=SUM(B2:B3)", "12%"]] },
    ],
  },
});
const appended = await sheets.values.append({
  spreadsheetId: id,
  range: "Mentor!A:C",
  valueInputOption: "USER_ENTERED",
  requestBody: { values: [["Tia", 9, true]] },
});
assert.equal(appended.data.updates.updatedRange, "Mentor!A5:C5");

// Read: as it is shown, as it is, and what was entered.
const shown = await sheets.values.get({ spreadsheetId: id, range: "Mentor" });
assert.deepEqual(shown.data.values.slice(1), [
  ["Rina", "12", "24/11/2026"],
  ["Joko", "7,5", "01/02/2026"],
  ["Jumlah", "19,5", "12%"],
  ["Tia", "9", "TRUE"],
]);
const plain = await sheets.values.batchGet({
  spreadsheetId: id,
  ranges: ["Mentor!B2:C3", "Mentor!B4:C5"],
  valueRenderOption: "UNFORMATTED_VALUE",
});
assert.deepEqual(
  plain.data.valueRanges.map((range) => range.values),
  [[[12, 46350], [7.5, 46054]], [[19.5, 0.12], [9, true]]],
);
const formula = await sheets.values.get({ spreadsheetId: id, range: "Mentor!B4", valueRenderOption: "FORMULA" });
assert.deepEqual(formula.data.values, [["=SUM(B2:B3)"]]);

// Format, sort, chart, rename.
const area = (startRowIndex, endRowIndex, startColumnIndex, endColumnIndex) => ({
  sheetId: 3,
  startRowIndex,
  endRowIndex,
  startColumnIndex,
  endColumnIndex,
});
const batch = async (...requests) =>
  (await sheets.batchUpdate({ spreadsheetId: id, requestBody: { requests } })).data.replies;
await batch(
  {
    repeatCell: {
      range: area(0, 1, 0, 3),
      cell: { userEnteredFormat: { textFormat: { bold: true }, horizontalAlignment: "CENTER" } },
      fields: "userEnteredFormat(textFormat.bold,horizontalAlignment)",
    },
  },
  {
    updateDimensionProperties: {
      range: { sheetId: 3, dimension: "COLUMNS", startIndex: 0, endIndex: 1 },
      properties: { pixelSize: 180 },
      fields: "pixelSize",
    },
  },
  {
    setDataValidation: {
      range: area(1, 5, 3, 4),
      rule: { condition: { type: "ONE_OF_LIST", values: [{ userEnteredValue: "Ya" }, { userEnteredValue: "Tidak" }] } },
    },
  },
  { sortRange: { range: area(1, 3, 0, 3), sortSpecs: [{ dimensionIndex: 1, sortOrder: "ASCENDING" }] } },
);
const sorted = await sheets.values.get({ spreadsheetId: id, range: "Mentor!A2:A3", majorDimension: "COLUMNS" });
assert.deepEqual(sorted.data.values, [["Joko", "Rina"]]);
const source = { sourceRange: { sources: [area(0, 3, 1, 2)] } };
const [{ addChart }] = await batch({
  addChart: {
    chart: {
      spec: { title: "Kapasitas", basicChart: { chartType: "BAR", series: [{ series: source }], headerCount: 1 } },
      position: { overlayPosition: { anchorCell: { sheetId: 3, rowIndex: 8, columnIndex: 0 } } },
    },
  },
});
assert.ok(addChart.chart.chartId > 0);
await batch(
  { updateSheetProperties: { properties: { sheetId: 3, title: "Kakak" }, fields: "title" } },
  { addSheet: { properties: { sheetId: 4, title: "Buang" } } },
  { deleteSheet: { sheetId: 4 } },
  { updateSpreadsheetProperties: { properties: { title: "Mentor 2026" }, fields: "title" } },
);
const whole = (await sheets.get({ spreadsheetId: id, ranges: ["Kakak!A1:D2"], includeGridData: true })).data;
assert.equal(whole.properties.title, "Mentor 2026");
assert.deepEqual(whole.sheets.map((sheet) => sheet.properties.title), ["Kakak"]);
const [grid] = whole.sheets[0].data;
assert.equal(grid.rowData[0].values[0].effectiveFormat.horizontalAlignment, "CENTER");
assert.equal(grid.rowData[1].values[3].dataValidation.condition.type, "ONE_OF_LIST");
assert.equal(grid.columnMetadata[0].pixelSize, 180);
assert.equal(whole.sheets[0].charts[0].spec.title, "Kapasitas");

// Delete; what is not there is refused as Google refuses it.
await drive.delete({ fileId: second });
await drive.delete({ fileId: id });
const gone = (error) => error.status === 404 && error.message === "Requested entity was not found.";
await assert.rejects(sheets.get({ spreadsheetId: id }), gone);
