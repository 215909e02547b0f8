// The demo in a browser, as its users see it: a student on a phone, the coordinator at a desk.
// Usage: node demo.mjs URL [DIRECTORY FOR SCREENSHOTS]

import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [url, pictures] = process.argv.slice(2);
const forms = url.replace("/view/", "/forms/");
const NAME = "Zulfa Hanifah Percobaan";
// Nobody else has to consent, and mentors are older still.
const OF_AGE = new Date(Date.now() - 18.3 * 365.25 * 86_400_000).toISOString().slice(0, 10);
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "id-ID" };
const DESK = { viewport: { width: 1280, height: 900 }, locale: "id-ID" };

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const complaints = [];
const visit = async (options, address) => {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(30_000);
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
  // A form that comes back with what is missing has a status of its own, which browsers note.
  const isExpected = (text) => text.includes("status of 422");
  page.on("console", (message) => {
    if (message.type() === "error" && !isExpected(message.text())) complaints.push(`${page.url()}: ${message.text()}`);
  });
  await page.goto(address);
  return page;
};
const picture = (page, name) => pictures && page.screenshot({ path: join(pictures, name) });

let passed = 0;
let failed = 0;
const check = async (what, look) => {
  try {
    await look();
    passed += 1;
    console.log(`ok      ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${what}\n${error.stack}`);
  }
};

const phone = await visit(PHONE, forms);
const desk = await visit(DESK, url);
const card = (key) => phone.locator(`#q-${key}`);
const send = () => phone.getByRole("button", { name: "Kirim" }).click();
const openTab = (title) => desk.locator(".tabs").getByRole("link", { name: title, exact: true }).click();
/** The row of the shown tab in which a cell says this. */
const row = (text) => desk.locator("tr[data-r]").filter({ has: desk.locator("td .t", { hasText: text }) });
const registered = row(/^Adik terdaftar musim ini$/).locator('td[data-c="1"]');
const addresses = await phone.locator(".list a.name").evaluateAll((links) => links.map((link) => link.href));

await check("every form is listed and opens on a phone without scrolling sideways", async () => {
  assert.ok(addresses.length >= 16, `${addresses.length} forms`);
  for (const address of addresses) {
    await phone.goto(address);
    await phone.getByRole("button", { name: "Kirim" }).waitFor();
    const width = await phone.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= PHONE.viewport.width, `${address}: ${width} px`);
  }
});

await check("every control of every form has a name that a screen reader can say", async () => {
  for (const address of addresses) {
    await phone.goto(address);
    const nameless = await phone.locator("form").evaluate((form) => {
      const said = (element) => element?.textContent.trim();
      const controls = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
      const isNamed = (control) => [...control.labels].some(said) || control.getAttribute("aria-label");
      const isCircle = (control) => control.type === "radio" || control.type === "checkbox";
      const isAsked = (control) => !isCircle(control) || said(control.closest("fieldset")?.querySelector("legend"));
      return controls.filter((control) => !isNamed(control) || !isAsked(control)).map((control) => control.outerHTML);
    });
    assert.deepEqual(nameless, [], address);
  }
});

await check("a registration sent empty says what is missing, at the top and at each question", async () => {
  await phone.goto(forms);
  await phone.getByRole("link", { name: "Pendaftaran Adik Mentor" }).click();
  await send();
  const summary = phone.getByRole("alert");
  await summary.waitFor();
  assert.match(await summary.textContent(), /Nama lengkap/);
  assert.equal(await card("full_name").locator(".error").textContent(), "Pertanyaan ini wajib diisi.");
  assert.equal(await card("gender").locator(".error").textContent(), "Pilih salah satu.");
  assert.equal(await card("referral_code").locator(".error").count(), 0);
  assert.equal(await phone.getByLabel("Nama lengkap").getAttribute("aria-invalid"), "true");
});

await check("a registration is sent from a phone, and Ringkasan grows without being loaded again", async () => {
  await registered.waitFor();
  const before = Number(await registered.textContent());
  await desk.evaluate(() => (window.loadedOnce = true));
  await phone.goto(forms);
  await phone.getByRole("link", { name: "Pendaftaran Adik Mentor" }).click();
  await picture(phone, "formulir.png");
  await phone.getByLabel("Nama lengkap").fill(NAME);
  await phone.getByLabel("Nama panggilan").fill("Zulfa");
  await card("gender").getByLabel("Akhwat").check();
  await phone.getByLabel("Tanggal lahir").fill(OF_AGE);
  await phone.getByLabel("Kelas").fill("XII IPA 1");
  await phone.getByLabel("Nomor WhatsApp yang aktif").fill("0812 9000 4477");
  for (const slot of await card("slots").getByRole("checkbox").all()) await slot.check();
  for (const interest of (await card("interests").getByRole("checkbox").all()).slice(0, 3)) await interest.check();
  const choices = ["conversation_style", "study_approach", "preferred_mentor", "reading_level", "memorization_level", "source"];
  for (const key of choices) {
    const list = card(key).locator("select");
    if (await list.count()) await list.selectOption({ index: 1 });
    else await card(key).getByRole("radio").first().check();
  }
  await card("expectations").getByRole("checkbox").first().check();
  await phone.getByLabel("Nama orang tua atau wali").fill("Ibu Zulfa");
  await phone.getByLabel("Nomor WhatsApp orang tua atau wali").fill("0812 9000 4478");
  await card("self_consent").getByRole("checkbox").check();
  await send();
  await phone.getByText("Terima kasih, jawabanmu sudah terkirim.").waitFor();
  await registered.filter({ hasText: new RegExp(`^${before + 1}$`) }).waitFor();
  assert.equal(await desk.evaluate(() => window.loadedOnce), true);
});

await check("a suggestion that the coordinator accepts becomes a place in a group", async () => {
  await openTab("Usulan Kelompok");
  const verdict = row(NAME).locator("select");
  await verdict.waitFor();
  const saved = desk.waitForResponse((answer) => answer.url().includes("/edit"));
  await verdict.selectOption("Setuju");
  assert.equal((await saved).status(), 200);
  await row(NAME).waitFor({ state: "detached" });
  await openTab("Kelompok");
  await row(NAME).waitFor();
});

await check("cells that the program writes are kept from people, and the viewer fits a phone", async () => {
  await phone.goto(url);
  await phone.locator("td").first().waitFor();
  assert.equal(await phone.locator("td.open").count(), 0);
  const width = await phone.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= PHONE.viewport.width, `${width} px`);
});

await check("no page complained", async () => assert.deepEqual(complaints, []));

if (pictures) {
  await openTab("Ringkasan");
  await registered.waitFor();
  await desk.mouse.move(1200, 500);
  await picture(desk, "ringkasan.png");
  await desk.setViewportSize({ width: 1280, height: 800 });
  await openTab("Usulan Kelompok");
  await desk.locator("td select").first().waitFor();
  await picture(desk, "usulan.png");
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
