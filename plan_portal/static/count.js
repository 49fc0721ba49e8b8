/* Tells below a text how many characters still fit. Without this file the server tells. */
"use strict";

(() => {
  const { left, over } = document.currentScript.dataset;

  function count(field) {
    const rest = Number(field.dataset.most) - field.value.length;
    let told = field.nextElementSibling;
    if (!told?.matches(".count")) {
      told = document.createElement("p");
      told.className = "count";
      field.after(told);
    }
    told.classList.toggle("is-over", rest < 0);
    told.textContent = (rest < 0 ? over : left).replace("0", Math.abs(rest));
  }

  ["focusin", "input"].forEach((kind) => document.addEventListener(kind, (event) => {
    if (event.target.matches?.("textarea[data-most]")) count(event.target);
  }));
})();
