// The form pages and the viewer work without this script, but for editing cells and keeping up to date.
"use strict";

// ---- forms

const form = document.querySelector("body.form form");
if (form) {
  const picked = (key) => new FormData(form).getAll(key);

  // A question that depends on an earlier answer is shown only after that answer.
  const conditional = [...form.querySelectorAll("[data-show-if]")];
  const showAll = () => {
    for (const card of conditional) {
      const wanted = Object.entries(JSON.parse(card.dataset.showIf));
      card.hidden = !wanted.some(([key, codes]) => picked(key).some((value) => codes.includes(value)));
    }
  };
  form.addEventListener("change", showAll);
  showAll();

  // How many are ticked where only some may be.
  for (const choices of form.querySelectorAll("[data-most]")) {
    const most = Number(choices.dataset.most);
    const line = document.createElement("p");
    line.className = "count";
    line.setAttribute("aria-live", "polite");
    choices.after(line);
    const count = () => {
      const ticked = choices.querySelectorAll(":checked").length;
      line.textContent = ticked ? `${ticked} / ${most}` : "";
      line.classList.toggle("over", ticked > most);
    };
    choices.addEventListener("change", count);
    count();
  }

  // Another group has another roster: the page comes again with everything that was typed.
  const group = form.querySelector("[data-roster]");
  const rosters = group && !form.getAttribute("action").includes("edit=");
  group?.addEventListener("change", () => {
    const known = [...(group.list?.options ?? [])].some((option) => option.value === group.value);
    if (!rosters || !known) return;
    const typed = new URLSearchParams([...new FormData(form)].filter(([key, value]) => value && !key.endsWith(".others")));
    const path = form.dataset.path;
    location.replace(path + (path.includes("?") ? "&" : "?") + typed);
  });

  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    setTimeout(() => (button.disabled = true));
  });
  // A page taken from the browser's memory can be sent again.
  addEventListener("pageshow", () => (form.querySelector("button").disabled = false));
  document.querySelector(".errors")?.focus();
}

// ---- viewer

const live = document.getElementById("live");
if (live) {
  const status = document.getElementById("status");
  const base = live.dataset.base;
  const lang = `lang=${live.dataset.lang}`;
  let editor = null;
  let behind = false;
  let fetching = false;

  const sheet = () => document.getElementById("sheet");
  const pane = () => live.querySelector(".pane");
  const tell = (text, bad) => {
    status.textContent = text;
    status.classList.toggle("bad", Boolean(bad));
    clearTimeout(tell.timer);
    if (text) tell.timer = setTimeout(() => (status.textContent = ""), bad ? 8000 : 1500);
  };

  // A link of Google's own kind names the tab behind a #.
  const gid = /gid=(\d+)/.exec(location.hash);
  if (gid && gid[1] !== sheet().dataset.tab) location.replace(`${location.pathname}?tab=${gid[1]}&${lang}`);

  const place = (cell) => cell && [cell.parentElement.dataset.r, cell.dataset.c];
  const at = (row, column) => live.querySelector(`tr[data-r="${row}"] > td[data-c="${column}"]`);
  const begin = () => {
    const first = live.querySelector("td");
    if (first) first.tabIndex = 0;
    live.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  // The tab as it is now, swapped in where the reader is; not while somebody types or chooses.
  const busy = () => editor || document.activeElement?.tagName === "SELECT";
  const refresh = async () => {
    if (busy() || fetching) {
      behind = true;
      return;
    }
    behind = false;
    fetching = true;
    try {
      const from = new URLSearchParams(location.search).get("from") ?? "0";
      const { tab, title } = sheet().dataset;
      const about = new URLSearchParams({ tab, title, from });
      const answer = await fetch(`${base}/tab?${about}&${lang}`);
      if (!answer.ok) return;
      const html = await answer.text();
      if (busy()) {
        behind = true;
        return;
      }
      const focused = place(document.activeElement?.closest("td"));
      const tabs = live.querySelector(".tabs").scrollLeft;
      const { scrollTop, scrollLeft } = pane();
      live.innerHTML = html;
      begin();
      pane().scrollTo(scrollLeft, scrollTop);
      live.querySelector(".tabs").scrollLeft = tabs;
      if (focused) at(...focused)?.focus({ preventScroll: true });
    } finally {
      fetching = false;
      if (behind && !busy()) setTimeout(refresh, 50);
    }
  };
  const later = () => behind && setTimeout(refresh);

  const save = async (cell, value) => {
    const [row, column] = place(cell).map(Number);
    const body = JSON.stringify({ sheetId: Number(sheet().dataset.tab), row, column, value });
    try {
      const answer = await fetch(`${base}/edit?${lang}`, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (answer.ok) tell(live.dataset.saved);
      else tell(live.dataset.failed + ((await answer.json().catch(() => ({}))).error ?? answer.status), true);
    } catch {
      tell(live.dataset.failed + live.dataset.offline, true);
    }
    behind = true;
    later();
  };

  const close = (keep, move) => {
    if (!editor) return;
    const { box, cell, before } = editor;
    editor = null;
    const value = box.value;
    box.remove();
    cell.focus({ preventScroll: true });
    if (keep && value !== before) {
      const text = cell.querySelector(".t") ?? cell.insertBefore(document.createElement("span"), cell.firstChild);
      text.className = "t";
      text.textContent = value;
      save(cell, value);
    } else later();
    if (move) step(cell, ...move);
  };

  const open = (cell, typed) => {
    if (editor || !cell.classList.contains("open")) return;
    const inner = cell.querySelector("select, input");
    if (inner) {
      inner.focus();
      return;
    }
    const shown = cell.querySelector(".t:not(.hint)")?.textContent ?? "";
    const before = cell.dataset.v ?? shown;
    const box = document.createElement("textarea");
    box.rows = 1;
    box.value = typed ?? before;
    box.setAttribute("aria-label", cell.parentElement.querySelector("th").textContent);
    cell.append(box);
    editor = { box, cell, before };
    const grow = () => {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight + 4}px`;
    };
    box.addEventListener("input", grow);
    box.addEventListener("blur", () => close(true));
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Escape") close(false);
      else if (event.key === "Enter" && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        close(true, [1, 0]);
      } else if (event.key === "Tab") {
        event.preventDefault();
        close(true, [0, event.shiftKey ? -1 : 1]);
      }
    });
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    grow();
  };

  const step = (cell, down, right) => {
    const row = cell.closest("tr");
    let target;
    if (right) {
      target = cell;
      do target = right > 0 ? target.nextElementSibling : target.previousElementSibling;
      while (target && target.tagName !== "TD");
    } else {
      const rows = [...live.querySelectorAll("tr[data-r]")];
      const next = rows[rows.indexOf(row) + down];
      const cells = [...(next?.querySelectorAll("td") ?? [])];
      target = cells.filter((one) => Number(one.dataset.c) <= Number(cell.dataset.c)).pop();
    }
    target?.focus();
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  live.addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.target !== cell) return;
    for (const other of live.querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
  });
  live.addEventListener("focusout", (event) => event.target.tagName === "SELECT" && later());
  live.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.target.closest("a, select, input, textarea")) return;
    cell.focus();
    open(cell);
  });
  live.addEventListener("change", (event) => {
    const control = event.target;
    const cell = control.closest("td");
    if (!cell || control === editor?.box) return;
    const value = control.type === "checkbox" ? (control.checked ? "TRUE" : "FALSE") : control.value;
    cell.focus({ preventScroll: true });
    save(cell, value);
  });
  live.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
    if (moves[event.key]) {
      event.preventDefault();
      step(cell, ...moves[event.key]);
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      open(cell);
    } else if ((event.key === "Delete" || event.key === "Backspace") && cell.classList.contains("open")) {
      event.preventDefault();
      if ((cell.dataset.v ?? cell.querySelector(".t:not(.hint), option[selected]")?.textContent ?? "") !== "") save(cell, "");
    } else if (event.key.length === 1 && cell.classList.contains("open") && !cell.querySelector("select, input")) {
      event.preventDefault();
      open(cell, event.key);
    }
  });

  const events = new EventSource(`${base}/events?${lang}`);
  events.addEventListener("revision", (event) => {
    if (event.data !== sheet().dataset.revision) refresh();
  });
  events.addEventListener("cycle", (event) => (document.getElementById("cycle").textContent = event.data));
  events.addEventListener("error", () => tell(live.dataset.offline, true));
  events.addEventListener("open", () => tell(""));
  begin();
}
