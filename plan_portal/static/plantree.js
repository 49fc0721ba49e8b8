/* The tree of a plan: a record opens, is added and is saved without leaving the page.
   Without this file every link and form still works by itself. */
"use strict";

(() => {
  const page = document.querySelector("[data-plantree]");
  if (!page) return;
  const words = page.dataset;
  const announce = page.querySelector("[data-announce]");
  const tree = () => page.querySelector("[data-tree]");

  const read = async (answer) =>
    new DOMParser().parseFromString(await answer.text(), "text/html");
  const ask = (address, part, options = {}) =>
    fetch(address, { ...options, headers: { "X-Tree-Part": part } });

  /* Opening: the form comes in place of the facts, once. */

  async function formOf(address) {
    const answer = await ask(address, "form");
    const found = answer.ok && !answer.redirected && await read(answer);
    return found && found.querySelector(".node-form") ? [...found.body.children] : null;
  }

  async function open(panel) {
    const body = panel.querySelector(".node-body");
    if (body.querySelector(".node-form") || panel.querySelector(".notice")) return;
    const form = await formOf(panel.dataset.address).catch(() => null);
    if (!form) return;
    body.replaceChildren(...form);
    ready(body);
  }

  async function add(link) {
    const place = link.closest(".node-add");
    if (place.previousElementSibling?.matches(".node-new")) return first(place.previousElementSibling);
    const form = await formOf(link.href).catch(() => null);
    if (!form) return location.assign(link.href);
    const slot = document.createElement("div");
    slot.className = "node-new";
    slot.append(...form);
    place.before(slot);
    ready(slot);
    first(slot);
  }

  /* The title comes first: the code is proposed. */
  function first(slot) {
    const titles = [...slot.querySelectorAll("[name$=title_es], [name$=name_es]")];
    const field = slot.querySelector("[aria-invalid=true]") ?? titles.at(-1);
    field?.focus();
    slot.scrollIntoView({ block: "nearest" });
  }

  function close(link) {
    const slot = link.closest(".node-new");
    if (slot) return slot.remove();
    const panel = link.closest(".node-panel");
    panel.querySelector(".node-body").replaceChildren();
    panel.open = false;
    panel.querySelector("summary").focus();
  }

  /* Sending: what failed is told beside the button, and what was typed stays. */

  async function send(form, button) {
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    tell(form, words.saving);
    const data = new FormData(form);
    if (button?.name) data.set(button.name, button.value);
    try {
      const answer = await ask(form.getAttribute("action"), "tree", { method: "POST", body: data });
      await take(form, answer, await read(answer));
    } catch {
      tell(form, words.failed);
    } finally {
      delete form.dataset.sending;
    }
  }

  async function take(form, answer, found) {
    const fresh = found.querySelector("[data-tree]");
    if (answer.ok && fresh) return replace(form, fresh);
    if ([200, 422].includes(answer.status) && found.querySelector(".node-form")) {
      const slot = form.closest(".node-new, .node-body");
      const files = [...slot.querySelectorAll("input[type=file]")].filter((each) => each.files.length);
      slot.replaceChildren(...found.body.children);
      /* A file that was chosen stays chosen. */
      files.forEach((each) => slot.querySelector(`[name="${each.name}"]`)?.replaceWith(each));
      ready(slot);
      return first(slot);
    }
    await renew(form);
    tell(form, answer.redirected || [403, 404].includes(answer.status) ? words.ended : words.failed);
  }

  /* After signing in again, in another tab, a form needs the new session's token. */
  async function renew(form) {
    const found = await read(await fetch(location.href));
    const token = found.querySelector(".plantree [name=csrfmiddlewaretoken]");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
  }

  function tell(form, text) {
    const told = form.querySelector("[data-told]");
    if (told) told.textContent = text;
    announce.textContent = text;
  }

  /* The new tree takes the old one's place; other forms that are open stay in it. */
  function replace(sent, fresh) {
    const own = sent.closest(".node-new, .node-body");
    const folds = [...tree().querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
    const kept = [...tree().querySelectorAll(".node-new, .node-body")].filter(
      (slot) => slot !== own && slot.querySelector(".node-form"));
    const places = kept.map((slot) => [placeOf(slot), slot]);
    tree().replaceWith(fresh);
    const branch = fresh.querySelector(".node-new")?.closest("li")?.querySelector(":scope > .branch");
    folds.forEach(([id, wasOpen]) => {
      const each = document.getElementById(id);
      if (each && each !== branch) each.open = wasOpen && !(each === own?.parentElement);
    });
    const ownPanel = own?.matches(".node-body") && document.getElementById(own.parentElement.id);
    if (ownPanel) ownPanel.open = false;
    places.forEach(([place, slot]) => {
      if (place.panel) document.getElementById(place.panel)?.querySelector(".node-body").replaceWith(slot);
      else fresh.querySelector(`[data-adds="${place.adds}"]`)?.closest(".node-add").before(slot);
    });
    ready(fresh);
    const slot = [...fresh.querySelectorAll(".node-new")].find((each) => !kept.includes(each));
    announce.textContent = fresh.querySelector(".messagelist")?.textContent.trim() ?? "";
    if (slot) first(slot);
    else focusOn(fresh);
  }

  const placeOf = (slot) => ({
    panel: slot.matches(".node-body") ? slot.parentElement.id : "",
    adds: slot.nextElementSibling?.querySelector("[data-adds]")?.dataset.adds,
  });

  /* Where the server points to: the record that was saved, now closed. */
  function focusOn(fresh) {
    const panel = fresh.querySelector("[data-at]");
    if (!panel) return;
    panel.open = false;
    for (let over = panel.parentElement.closest(".branch"); over; over = over.parentElement.closest(".branch")) over.open = true;
    panel.querySelector("summary").focus();
  }

  /* Long lists of choices are found by words, with or without accents. */

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  /* Whether an element has each word that was typed in a box. */
  function matcher(box) {
    const asked = plain(box.value).split(/\s+/).filter(Boolean);
    return (each) => asked.every((word) => plain(each.textContent).includes(word));
  }

  function ready(slot) {
    slot.querySelectorAll("select[data-picker]").forEach((select) => {
      if (select.options.length < 8 || select.previousElementSibling?.matches(".find")) return;
      const box = document.createElement("input");
      box.type = "search";
      box.className = "find";
      box.placeholder = select.dataset.picker;
      box.setAttribute("aria-label", `${select.labels[0]?.textContent ?? ""}: ${select.dataset.picker}`);
      box.addEventListener("input", () => sift(select, box));
      box.addEventListener("keydown", (event) => choose(select, box, event));
      if (!select.multiple) select.addEventListener("change", () => done(select, box));
      select.before(box);
    });
  }

  const options = (select) => [...select.options].filter((each) => each.value);

  function sift(select, box) {
    const matches = matcher(box);
    options(select).forEach((each) => { each.hidden = each.disabled = !matches(each); });
    select.querySelectorAll("optgroup").forEach((group) => {
      group.hidden = ![...group.children].some((each) => !each.hidden);
    });
    if (!select.multiple) select.size = box.value.trim() ? 6 : 0;
  }

  function choose(select, box, event) {
    if (event.key !== "Enter" || !box.value) return;
    event.preventDefault();
    const found = options(select).find((each) => !each.hidden);
    if (!found) return;
    found.selected = true;
    done(select, box);
  }

  function done(select, box) {
    box.value = "";
    sift(select, box);
  }

  /* Finding in the tree. */

  const find = page.querySelector(".plantree-find");
  find.hidden = false;
  find.querySelector("input").addEventListener("input", (event) => {
    const matches = matcher(event.target);
    [...tree().querySelectorAll(".node")].reverse().forEach((node) => {
      const below = node.querySelector(":scope > .branch .node:not([hidden])");
      node.hidden = !below && !matches(node.querySelector("summary, a"));
      if (event.target.value.trim() && below) below.closest(".branch").open = true;
    });
  });

  page.addEventListener("toggle", (event) => {
    if (event.target.matches(".node-panel") && event.target.open) open(event.target);
  }, true);
  page.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-adds], a[data-close]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    (link.matches("[data-adds]") ? add : close)(link);
  });
  page.addEventListener("submit", (event) => {
    if (!event.target.matches(".node-form, .node-steps form")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  ready(page);
})();
