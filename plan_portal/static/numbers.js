/* Numbers that people type, read as agencies/numbers.py reads them. Beside a box that holds
   anything but plain digits stands how it is read; the server says the same later. */
"use strict";

(() => {
  const { told, two } = document.currentScript.dataset;
  const PLAIN = /^([-+]?)(\d+)(?:[.,](\d+))?$/;
  const GROUPED = /^([-+]?)(\d{1,3}([ .,'])\d{3}(?:\3\d{3})*)(?:(?!\3)[.,](\d+))?$/;
  const TWO = /^([-+]?)([1-9]\d{0,2})[.,](\d{3})$/;
  const BOX = "input[inputmode=decimal]";

  const tidy = (text) => text.replace(/\s+/g, " ").trim()
    .replace("\u2212", "-").replaceAll("’", "'");

  /* NaN where the text says no number, or could say two. */
  function read(text) {
    const typed = tidy(text);
    if (TWO.test(typed)) return NaN;
    const found = PLAIN.exec(typed);
    if (found) return Number(`${found[1]}${found[2]}.${found[3] ?? 0}`);
    const groups = GROUPED.exec(typed);
    if (!groups) return NaN;
    const whole = groups[2].replaceAll(groups[3], "");
    return Number(`${groups[1]}${whole}.${groups[4] ?? 0}`);
  }

  /* Thousandths get a zero more: three digits after the point could be a thousand. */
  function written(number) {
    return TWO.test(String(number)) ? `${number}0` : String(number);
  }

  const shown = (number) => number
    .toLocaleString(document.documentElement.lang === "es" ? "es-DO" : "en", {
      maximumFractionDigits: 20,
    });

  function tell(box) {
    const typed = tidy(box.value);
    const number = read(typed);
    const choice = TWO.exec(typed);
    let words = "";
    if (choice) {
      const [, sign, whole, three] = choice;
      words = two.replace("#", `${sign}${whole}${three}`)
        .replace("#", written(Number(`${sign}${whole}.${three}`)));
    } else if (!Number.isNaN(number) && !/^\d*$/.test(typed)) {
      words = told.replace("#", shown(number));
    }
    let place = box.parentElement.querySelector(":scope > .read-as");
    if (!place && !words) return;
    if (!place) {
      place = document.createElement("span");
      place.className = "read-as";
      place.role = "status";
      box.after(place);
    }
    place.textContent = words;
  }

  document.addEventListener("input", ({ target }) => {
    if (target.matches(BOX)) tell(target);
  });
  window.portalNumbers = { BOX, read, written, shown };
})();
