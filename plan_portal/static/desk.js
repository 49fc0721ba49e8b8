/* The sheet: each row is saved without leaving the page, and nothing typed is lost.
   Without this file every form still works by itself. */
"use strict";

(() => {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;

  const { BOX, read: readNumber } = window.portalNumbers;
  const rules = JSON.parse(document.getElementById("percent-rules").textContent);
  const phrases = Object.fromEntries(
    [...sheet.querySelector("[data-words]").content.querySelectorAll("[data-word]")]
      .map((item) => [item.dataset.word, item]));
  const announce = sheet.querySelector("[data-announce]");
  const sending = new Set();
  const waiting = new Map();
  let returns = 0;
  const stopped = new Set();

  /* A row whose forms the page lacks is read when it is opened. Some rows ahead of the
     open one are read with it, so that a lost line stops nobody in the next ones. */

  const AHEAD = 6;
  const reading = new Map();
  const lacksForms = (row) => Boolean(row.querySelector(":scope > [data-lacks-forms]"));

  function whole(row) {
    if (!lacksForms(row)) return true;
    if (!reading.has(row)) {
      reading.set(row, readAgainOnReturn(row).finally(() => reading.delete(row)));
    }
    return reading.get(row);
  }

  // If the connection came back before the attempt was seen to fail, it is made again.
  function readAgainOnReturn(row, returnsBefore = returns) {
    return read(row).catch(() => returns > returnsBefore && readAgainOnReturn(row));
  }

  async function read(row) {
    const body = row.querySelector(":scope > [data-lacks-forms]");
    const answer = await fetch(body.querySelector("a").href, {
      headers: { "X-Row-Only": "1" },
      cache: "no-store",
    });
    const fresh = parsed(await answer.text()).querySelector("[data-row]");
    if (!answer.ok || fresh?.dataset.row !== row.dataset.row) return false;
    row.className = fresh.className;
    Object.assign(row.dataset, fresh.dataset);
    row.querySelector("[data-mark]").replaceWith(fresh.querySelector("[data-mark]"));
    body.replaceWith(fresh.querySelector(".row-body"));
    return true;
  }

  async function openRow(row) {
    row.open = true;
    const body = row.querySelector(":scope > [data-lacks-forms]");
    if (!await whole(row)) {
      if (!body.querySelector("[data-told]")) {
        const told = paragraph(phrases.unopened.textContent);
        told.dataset.told = "";
        body.append(told);
        announce.textContent = told.textContent;
      }
      return false;
    }
    await readAhead(row);
    return true;
  }

  async function readAhead(row) {
    for (const next of unanswered(row).slice(0, AHEAD)) await whole(next);
  }

  /* Execution and percent: the server's own table is looked up, nothing is decided. */

  function kindOf(percent) {
    if (percent === null) return "none";
    return percent === 0 ? "zero" : percent === 100 ? "full" : "part";
  }

  function settled(execution, percent, changed) {
    if (changed === "percent") {
      return [rules.execution[kindOf(percent)][execution], percent];
    }
    const told = rules.percent[execution][kindOf(percent)];
    return [execution, told === "same" ? percent : told];
  }

  function settlePercent(form, changed) {
    const { execution, percent } = form.elements;
    if (!execution || !percent || !["execution", "percent"].includes(changed)) return;
    const typed = percent.value === "" ? null : readNumber(percent.value);
    if (Number.isNaN(typed)) return;
    const [state, number] = settled(execution.value, typed, changed);
    execution.value = state;
    if (changed !== "percent") percent.value = number === null ? "" : number;
    const differs = number !== null && (state === "completed") !== (number === 100);
    tellAfter(percent, differs ? "disagree" : "");
  }

  /* What was typed stays on the device until the server has confirmed it. */

  const prefixOf = (row) => `sheet:${sheet.dataset.user}:${location.pathname}:${row.dataset.row}:`;
  const keysOf = (row) => Object.keys(localStorage).filter((key) => key.startsWith(prefixOf(row)));
  const report = (row) => row.querySelector(".row-form--reported");

  function typedIn(form) {
    return [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  }

  function keep(form) {
    const row = form.closest("[data-row]");
    if (form !== report(row)) return;
    try {
      localStorage.setItem(prefixOf(row) + row.dataset.version, JSON.stringify(typedIn(form)));
    } catch { /* A full or forbidden store: the page itself still holds the text. */ }
  }

  function forget(row) {
    keysOf(row).forEach((key) => localStorage.removeItem(key));
  }

  function fill(form, values) {
    const typed = new Map();
    values.forEach(([name, value]) => typed.set(name, [...(typed.get(name) || []), value]));
    for (const field of form.elements) {
      if (!field.name || ["csrfmiddlewaretoken", "answer", "save"].includes(field.name)) continue;
      const found = typed.get(field.name) || [];
      if (["checkbox", "radio"].includes(field.type)) field.checked = found.includes(field.value);
      else field.value = found[0] ?? "";
    }
    form.closest("[data-row]").querySelectorAll(".row-form details").forEach((fold) => {
      fold.open ||= [...fold.querySelectorAll("input, textarea")].some((field) =>
        field.type === "checkbox" ? field.checked : field.value !== "");
    });
  }

  async function offer(row) {
    const [key] = keysOf(row);
    if (!key || !await whole(row)) return;
    const form = report(row);
    if (!form) return;
    const kept = JSON.parse(localStorage.getItem(key));
    if (JSON.stringify(kept) === JSON.stringify(typedIn(form))) return forget(row);
    const notice = document.createElement("div");
    notice.className = "notice notice--kept";
    notice.append(paragraph(phrases.kept.textContent), button(phrases.restore.textContent, () => {
      fill(form, kept);
      notice.remove();
      form.querySelector("input:not([type=hidden])").focus();
    }), button(phrases.discard.textContent, () => {
      forget(row);
      notice.remove();
    }));
    row.querySelector(".row-body").prepend(notice);
    row.open = true;
  }

  function paragraph(text) {
    const made = document.createElement("p");
    made.textContent = text;
    return made;
  }

  function button(text, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  }

  /* A form is posted in the background. If the session ended and the person has signed in
     again, in another tab, the page takes its new token and posts once more. */

  const hasEnded = (answer) => answer.redirected || [403, 404].includes(answer.status);

  async function post(form) {
    const send = () => fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Row-Only": "1" },
    });
    const answer = await send();
    return hasEnded(answer) && await renewToken() ? send() : answer;
  }

  async function renewToken() {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (answer.redirected || !answer.ok) return false;
    const fresh = parsed(await answer.text()).querySelector("[data-sheet]");
    const token = fresh?.querySelector("[name=csrfmiddlewaretoken]");
    if (!token || fresh.dataset.user !== sheet.dataset.user) return false;
    sheet.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => {
      field.value = token.value;
    });
    return true;
  }

  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  async function resume() {
    if (document.hidden || !stopped.size) return;
    if (!await renewToken().catch(() => false)) return;
    [...stopped].forEach((form) => {
      if (form.matches(".row-form")) save(form, false);
      else attach(form);
    });
  }

  /* Saving one row by the address of its own form; the answer is whether it is saved. */

  async function save(form, movesOn) {
    const row = form.closest("[data-row]");
    if (sending.has(row)) return false;
    sending.add(row);
    waiting.delete(row);
    stopped.delete(form);
    keep(form);
    tell(form, "saving");
    const returnsBefore = returns;
    try {
      return await take(row, form, await post(form), movesOn);
    } catch {
      waiting.set(row, form);
      mark(row, "offline");
      tell(form, "offline");
      if (movesOn && !("extra" in row.dataset)) openNext(row);
      return false;
    } finally {
      sending.delete(row);
      // The connection came back before this attempt was seen to fail.
      if (waiting.has(row) && returns > returnsBefore) save(form, false);
    }
  }

  async function take(row, form, answer, movesOn) {
    const page = parsed(await answer.text());
    const fresh = page.querySelector("[data-row]");
    const isRow = fresh && !answer.redirected && fresh.dataset.row === row.dataset.row;
    if (!isRow) return refuse(row, form, answer, "failed");
    if (answer.ok) forget(row);
    keepEvidence(row, fresh);
    row.replaceWith(fresh);
    const steps = page.querySelector("[data-steps]");
    if (steps) sheet.querySelector("[data-steps]").replaceWith(steps);
    count();
    if (!answer.ok) {
      fresh.open = true;
      keep(report(fresh));
      const errors = fresh.querySelector("[role=alert]");
      errors.tabIndex = -1;
      errors.focus();
      return false;
    }
    announce.textContent = fresh.querySelector("summary").textContent.replace(/\s+/g, " ");
    if (movesOn) await moveOn(fresh);
    return true;
  }

  /* Evidence begins a correction by itself, so there it goes first. */
  async function saveAll(form) {
    const row = form.closest("[data-row]");
    const section = row.querySelector("[data-evidence]");
    const begins = "correction" in row.dataset && section && isBegun(section);
    if (!begins || await attach(addingTo(section))) save(form, true);
  }

  /* Evidence that was filled in goes along with the row; the row stays open if it could not. */
  async function moveOn(row) {
    const section = row.querySelector("[data-evidence]");
    if (section && isBegun(section)) {
      row.open = true;
      if (!await attach(addingTo(section))) return;
    }
    if (!("extra" in row.dataset)) openNext(row);
  }

  function refuse(row, form, answer, otherwise) {
    row.open = true;
    mark(row, "unsaved");
    if (hasEnded(answer)) stopped.add(form);
    const word = answer.status === 507 ? "full" : otherwise;
    tell(form, hasEnded(answer) ? "session" : word);
    return false;
  }

  /* Evidence goes by an address of its own and leaves the row's text alone. A row in which
     nothing is saved yet is saved first. */

  const addingTo = (section) => section.querySelector("form:not(li form)");

  function isBegun(section) {
    const fields = addingTo(section)?.querySelectorAll("input:not([type=hidden], [type=submit])");
    return [...(fields ?? [])].some((field) => field.value !== "");
  }

  async function attach(form) {
    const section = form.closest("[data-evidence]");
    const row = section.closest("[data-row]");
    if (sending.has(section)) return false;
    if (row.dataset.state === "todo") {
      if (!await save(report(row), false)) return false;
      section.closest("[data-row]").open = true;
    }
    sending.add(section);
    stopped.delete(form);
    tell(form, "saving");
    try {
      const answer = await post(form);
      return takeEvidence(section, form, answer, await answer.text());
    } catch {
      tell(form, "unattached");
      return false;
    } finally {
      sending.delete(section);
    }
  }

  function takeEvidence(section, form, answer, text) {
    const fresh = parsed(text).querySelector("[data-evidence]");
    if (!fresh || answer.redirected) {
      return refuse(section.closest("[data-row]"), form, answer, "unattached");
    }
    if (!answer.ok) keepFile(section, fresh);
    if (fresh.dataset.begun) begin(section.closest("[data-row]"), fresh.dataset.begun);
    section.replaceWith(fresh);
    const told = fresh.querySelector("[role=status], [role=alert]");
    announce.textContent = told?.textContent ?? "";
    const wrong = fresh.querySelector("[aria-invalid=true]");
    (wrong ?? fresh.querySelector("summary")).focus();
    return answer.ok;
  }

  /* What is typed in the row belongs to the correction from now on. */
  function begin(row, version) {
    row.dataset.version = version;
    row.dataset.state = "ready";
    delete row.dataset.correction;
    report(row).elements.seen_version.value = version;
  }

  /* A good file stays chosen while another field is mended. */
  function keepFile(section, fresh) {
    const chosen = section.querySelector("input[type=file]");
    const field = fresh.querySelector("input[type=file]");
    if (chosen && field && !field.ariaInvalid) field.replaceWith(chosen);
  }

  /* Evidence begun while the row itself was saved stays as it is. */
  function keepEvidence(row, fresh) {
    const section = row.querySelector("[data-evidence]");
    if (section && isBegun(section)) {
      fresh.querySelector("[data-evidence]")?.replaceWith(section);
    }
  }

  /* What became of a press is told beside the button that was pressed. */
  function tell(form, word) {
    tellAfter([...form.elements].find((field) => field.type === "submit"), word);
  }

  function tellAfter(field, word) {
    let told = field.parentElement.querySelector("[data-told]");
    if (!word) return told?.remove();
    if (!told) {
      told = paragraph("");
      told.className = "told";
      told.dataset.told = "";
      field.after(told);
    }
    told.replaceChildren(...phrases[word].cloneNode(true).childNodes);
    announce.textContent = told.textContent;
  }

  function mark(row, word) {
    row.querySelector("[data-mark]").textContent = phrases[word].textContent;
  }

  /* The rows that ask for an answer; the others are there if there is something to say. */
  const owed = () => [...sheet.querySelectorAll("[data-row]:not([data-extra])")];

  function count() {
    const all = owed();
    const open = all.filter((row) => ["todo", "returned"].includes(row.dataset.state));
    sheet.querySelector("[data-answered]").textContent = all.length - open.length;
    sheet.querySelector(".tally .button").hidden = false;
    sheet.querySelectorAll("[data-done], [data-pending]").forEach((told) => told.remove());
  }

  function unanswered(row) {
    const rows = owed();
    const place = rows.indexOf(row);
    return [...rows.slice(place + 1), ...rows.slice(0, place)].filter((other) =>
      ["todo", "returned"].includes(other.dataset.state) && !waiting.has(other));
  }

  /* Without a line the next one is the next of those that have been read. */
  async function openNext(row) {
    const rows = unanswered(row);
    row.open = false;
    let next = rows[0];
    if (next && !await whole(next)) next = rows.find((other) => !lacksForms(other)) ?? next;
    if (!next) return sheet.querySelector(".tally .button").focus();
    next.open = true;
    next.scrollIntoView({ block: "start" });
    const first = "input:not([type=hidden]), select";
    (report(next)?.querySelector(first) ?? next.querySelector("summary")).focus();
  }

  /* Only what is saved is sent. What is not is named before the person goes to send. */

  const isChanged = (field) => {
    if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    if (field.options) {
      const first = [...field.options].findIndex((each) => each.defaultSelected);
      return field.selectedIndex !== Math.max(first, 0);
    }
    return field.value !== field.defaultValue;
  };

  function isUnsaved(row) {
    const fields = [...row.querySelectorAll(".row-form :is(input, select, textarea)")]
      .filter((field) => field.name && !["hidden", "submit"].includes(field.type));
    const section = row.querySelector("[data-evidence]");
    return Boolean(row.querySelector(".notice--kept")) || waiting.has(row)
      || fields.some(isChanged) || Boolean(section && isBegun(section));
  }

  const unsavedRows = () => [...sheet.querySelectorAll("[data-row]")].filter(isUnsaved);

  /* A row that is being saved at the moment is waited for. */
  async function goToSend(event) {
    if (!unsavedRows().length) return;
    event.preventDefault();
    const button = event.currentTarget;
    while (sending.size) await new Promise((done) => { setTimeout(done, 50); });
    const rows = unsavedRows();
    if (rows.length) nameUnsaved(button, rows);
    else location.assign(button.href);
  }

  function nameUnsaved(button, rows) {
    sheet.querySelector("[data-pending]")?.remove();
    const notice = document.createElement("div");
    notice.className = "notice notice--errors";
    notice.dataset.pending = "";
    notice.role = "alert";
    notice.tabIndex = -1;
    const list = document.createElement("ul");
    rows.forEach((row) => {
      const link = document.createElement("a");
      link.href = `#${row.id}`;
      link.textContent = row.querySelector(".row-title").textContent.replace(/\s+/g, " ").trim();
      link.addEventListener("click", () => openRow(row));
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    });
    notice.append(paragraph(phrases.pending.textContent), list);
    button.after(notice);
    notice.focus();
  }

  sheet.querySelector(".tally .button").addEventListener("click", goToSend);
  sheet.addEventListener("submit", (event) => {
    if (!event.target.matches(".row-form, .evidence-form")) return;
    event.preventDefault();
    if (event.target.matches(".row-form")) saveAll(event.target);
    else attach(event.target);
  });
  sheet.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches("[data-row]")) openRow(event.target);
  }, true);
  sheet.addEventListener("click", (event) => {
    const body = event.target.closest("a") && event.target.closest("[data-lacks-forms]");
    if (!body) return;
    event.preventDefault();
    openRow(body.closest("[data-row]"));
  });
  sheet.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches(".row-form--reported")) return;
    settlePercent(form, event.target.name);
    keep(form);
  });
  /* A remembered number is replaced by typing, however one came into the field: the
     browser itself would undo the selection when the mouse is let go. */
  ["focusin", "mouseup"].forEach((kind) => sheet.addEventListener(kind, (event) => {
    const field = event.target;
    if (!field.matches(BOX) || field.value !== field.defaultValue) return;
    if (kind === "mouseup") event.preventDefault();
    field.select();
  }));
  window.addEventListener("online", () => {
    returns += 1;
    [...waiting.values()].forEach((form) => save(form, false));
    sheet.querySelectorAll("[data-row][open]").forEach(openRow);
  });
  window.addEventListener("focus", resume);
  document.addEventListener("visibilitychange", resume);
  sheet.querySelectorAll("[data-row]").forEach(offer);
  sheet.querySelectorAll("[data-row][open]").forEach(openRow);
  window.settled = settled;
})();
