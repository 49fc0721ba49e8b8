/* Unsent text of a staff form stays on the device until the server took it: through a lost
   line, a closed tab, a session that ended. Without this file every form still works. */
"use strict";

(() => {
  const { user, told, restore, discard } = document.currentScript.dataset;
  const SENT = "kept-sent";
  if (document.querySelector("[data-sheet]")) return; // the sheet keeps its rows itself

  const forms = [...document.querySelectorAll("#content form[method=post]")];
  const keyOf = (form) => `kept:${user}:${location.pathname}:${forms.indexOf(form)}`;
  /* What is marked so, such as the names that a purge looks for, is never stored here. */
  const KEPT = ":is(textarea, [inputmode=decimal])[name]:not([autocomplete=off])";
  const textsOf = (form) => [...form.querySelectorAll(KEPT)];

  function keep(form) {
    const typed = textsOf(form).filter((field) => field.value !== field.defaultValue);
    const values = typed.map((field) => [field.name, field.value]);
    try {
      if (values.length) localStorage.setItem(keyOf(form), JSON.stringify(values));
      else localStorage.removeItem(keyOf(form));
    } catch { /* A full or forbidden store: the page itself still holds the text. */ }
  }

  /* A page that we come to from the form itself tells that the server has answered it; one
     that we come to from signing in tells that it has not. */
  function settle() {
    const sent = JSON.parse(sessionStorage.getItem(SENT) || "null");
    if (!sent) return;
    sessionStorage.removeItem(SENT);
    const from = document.referrer && new URL(document.referrer).pathname;
    if (from === sent.page) localStorage.removeItem(sent.key);
  }

  function button(text, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = text;
    made.addEventListener("click", press);
    return made;
  }

  function offer(form) {
    const values = JSON.parse(localStorage.getItem(keyOf(form)) || "[]");
    const missing = values.filter(([name, text]) =>
      textsOf(form).some((field) => field.name === name && field.value !== text));
    if (!missing.length) return;
    const notice = document.createElement("div");
    notice.className = "notice notice--kept";
    const words = document.createElement("p");
    words.textContent = told;
    notice.append(words, button(restore, () => {
      textsOf(form).forEach((field) => {
        const found = missing.find(([name]) => name === field.name);
        if (found) [, field.value] = found;
      });
      notice.remove();
    }), " ", button(discard, () => {
      localStorage.removeItem(keyOf(form));
      notice.remove();
    }));
    form.prepend(notice);
  }

  try {
    settle();
    forms.filter((form) => textsOf(form).length).forEach((form) => {
      offer(form);
      form.addEventListener("input", () => keep(form));
      form.addEventListener("submit", () => {
        keep(form);
        const mark = { key: keyOf(form), page: location.pathname };
        sessionStorage.setItem(SENT, JSON.stringify(mark));
      });
    });
  } catch { /* Without a store there is nothing to keep or to offer. */ }
})();
