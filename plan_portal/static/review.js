/* The review by keyboard, and a preview that follows the ticks beside evidence.
   Without this file every link and form works by itself. */
"use strict";

(() => {
  const review = document.querySelector("[data-review]");
  if (!review) return;

  /* Single keys, only outside of fields; they can be switched off for this device. */

  const STORE = "review-keys-off";
  const shown = review.querySelector("[data-keys]");
  const toggle = shown.querySelector("[data-keys-switch]");
  const field = (name) => review.querySelector(name);
  const targets = {
    j: () => field("[data-key=next]"),
    n: () => field("[data-key=next]"),
    k: () => field("[data-key=previous]"),
    p: () => field("#publish_checked, form[action$='publicar/'] input[type=submit]"),
    r: () => field("#return_reason"),
  };

  function isOff() {
    try { return localStorage.getItem(STORE) === "yes"; } catch { return false; }
  }

  function remember() {
    try {
      if (toggle.checked) localStorage.removeItem(STORE);
      else localStorage.setItem(STORE, "yes");
    } catch { /* A forbidden store: the choice holds for this page. */ }
  }

  const WRITTEN_IN = "input:not([type=checkbox], [type=submit]), textarea, select, [contenteditable]";
  const isWriting = (element) => element.closest(WRITTEN_IN) !== null;

  function onKey(event) {
    if (!toggle.checked || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.defaultPrevented || isWriting(event.target)) return;
    const target = targets[event.key]?.();
    if (!target) return;
    event.preventDefault();
    if (target.matches("a")) target.click();
    else target.focus();
  }

  shown.hidden = false;
  toggle.checked = !isOff();
  toggle.addEventListener("change", remember);
  document.addEventListener("keydown", onKey);

  /* The public reads the evidence that is ticked: the preview says the same. */

  const ticks = [...review.querySelectorAll("input[name=evidence]")];
  const previews = [...review.querySelectorAll("[data-preview]")];

  function showTicked() {
    for (const preview of previews) {
      const list = preview.querySelector("ul.sources");
      if (!list) continue;
      [...list.children].forEach((item, place) => { item.hidden = !ticks[place]?.checked; });
      const isEmpty = !ticks.some((tick) => tick.checked);
      list.hidden = isEmpty;
      list.previousElementSibling.hidden = isEmpty;
    }
  }

  if (ticks.length) {
    showTicked();
    ticks.forEach((tick) => tick.addEventListener("change", showTicked));
  }
})();
