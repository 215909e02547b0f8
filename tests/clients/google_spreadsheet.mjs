// google-spreadsheet against the sandbox: rows and cells as objects. The client does not let its address be chosen, so its
// requests are sent elsewhere on their way out.

import assert from "node:assert/strict";
import { GoogleSpreadsheet } from "google-spreadsheet";

const base = process.argv[2];
const hosts = ["https://sheets.googleapis.com", "https://www.googleapis.com"];
const send = globalThis.fetch;
globalThis.fetch = async (input, options) => {
  const request = new Request(input, options);
  const host = hosts.find((host) => request.url.startsWith(host));
  assert.ok(host, request.url);
  const url = base + request.url.slice(host.length);
  const body = request.body ? await request.arrayBuffer() : undefined;
  return send(url, { method: request.method, headers: request.headers, body });
};

// Create.
const auth = { token: "local" };
const doc = await GoogleSpreadsheet.createNewSpreadsheetDocument(auth, { title: "Rapor", locale: "en_US" });
const sheet = await doc.addSheet({ title: "Nilai", headerValues: ["Nama", "Nilai", "Tanggal"] });
assert.equal(doc.sheetsByTitle.Nilai.sheetId, sheet.sheetId);

// Write rows: as they are, and as a person types them.
await sheet.addRow({ Nama: "Salma", Nilai: "=1+1", Tanggal: "0812" }, { raw: true });
await sheet.addRows([
  { Nama: "Budi", Nilai: "1,500.5", Tanggal: "11/24/2026" },
  { Nama: "Ani", Nilai: "=B3*2", Tanggal: "" },
]);

// Read rows as they are shown, and cells as they are.
const rows = await sheet.getRows();
assert.deepEqual(rows.map((row) => row.get("Nama")), ["Salma", "Budi", "Ani"]);
assert.equal(rows[0].get("Nilai"), "=1+1");
assert.equal(rows[1].get("Nilai"), "1,500.50");
assert.equal(rows[1].get("Tanggal"), "11/24/2026");
await sheet.loadCells("A1:C4");
assert.equal(sheet.getCellByA1("B4").value, 3001);
assert.equal(sheet.getCellByA1("B4").formula, "=B3*2");
assert.equal(sheet.getCellByA1("C3").value, 46350);
assert.equal(sheet.getCellByA1("C3").formattedValue, "11/24/2026");

// Change a row and cells; format.
rows[0].set("Nilai", 80);
await rows[0].save();
const header = sheet.getCellByA1("A1");
header.textFormat = { bold: true };
header.backgroundColor = { red: 0.8, green: 1, blue: 0.8 };
const amount = sheet.getCellByA1("B3");
amount.numberFormat = { type: "NUMBER", pattern: "#,##0.00" };
amount.note = "dua desimal";
await sheet.saveUpdatedCells();
await sheet.loadCells("A1:C4");
assert.equal(sheet.getCellByA1("B3").formattedValue, "1,500.50");
assert.equal(sheet.getCellByA1("B3").note, "dua desimal");
assert.equal(sheet.getCellByA1("A1").textFormat.bold, true);
assert.equal(sheet.getCellByA1("B2").value, 80);

// Sort and chart.
const range = { startRowIndex: 1, endRowIndex: 4, startColumnIndex: 0, endColumnIndex: 3 };
await sheet.sortRange(range, [{ dimensionIndex: 0, sortOrder: "ASCENDING" }]);
assert.deepEqual((await sheet.getRows()).map((row) => row.get("Nama")), ["Ani", "Budi", "Salma"]);
const sources = [{ sheetId: sheet.sheetId, startRowIndex: 0, endRowIndex: 4, startColumnIndex: 1, endColumnIndex: 2 }];
// Its addChart is empty as yet, so the request behind it.
const { chart } = await sheet._makeSingleUpdateRequest("addChart", {
  chart: {
    spec: { title: "Nilai", basicChart: { chartType: "LINE", series: [{ series: { sourceRange: { sources } } }] } },
    position: { overlayPosition: { anchorCell: { sheetId: sheet.sheetId, rowIndex: 6, columnIndex: 0 } } },
  },
});
assert.equal(chart.spec.title, "Nilai");

// Rename; a fresh look sees all of it.
await sheet.updateProperties({ title: "Nilai 2026", gridProperties: { rowCount: 100, columnCount: 10, frozenRowCount: 1 } });
await doc.updateProperties({ title: "Rapor 2026" });
const again = new GoogleSpreadsheet(doc.spreadsheetId, auth);
await again.loadInfo();
assert.equal(again.title, "Rapor 2026");
assert.deepEqual(again.sheetsByIndex.map((tab) => tab.title), ["Sheet1", "Nilai 2026"]);
assert.equal(again.sheetsByTitle["Nilai 2026"].rowCount, 100);
assert.equal(again.sheetsByTitle["Nilai 2026"].gridProperties.frozenRowCount, 1);

// Delete: a row, rows, a tab, the spreadsheet.
const [first] = await sheet.getRows();
await first.delete();
assert.deepEqual((await sheet.getRows()).map((row) => row.get("Nama")), ["Budi", "Salma"]);
await sheet.clearRows();
assert.equal((await sheet.getRows()).length, 0);
const twin = await sheet.duplicate({ title: "Salinan" });
await twin.delete();
await doc.delete();
await assert.rejects(new GoogleSpreadsheet(again.spreadsheetId, auth).loadInfo(), /404/);
