/* A value with its parts: while they are typed, how far they are from the total. In a
   grid each column has a prefix, and the parts of it are found by their names.
   Without this file the server says the same once the value is handed in. */
"use strict";

document.querySelectorAll("[data-sum]").forEach((told) => {
  const form = told.closest("form");
  const { prefix, dimension } = told.dataset;
  const begin = dimension && `${prefix}-${dimension}.`;
  const total = form?.elements[prefix ? `${prefix}-value` : "value"];
  if (!total) return;

  const around = told.closest("details") ?? form;
  const fields = [...around.querySelectorAll(window.portalNumbers.BOX)]
    .filter((field) => !begin || field.name.startsWith(begin));
  const rest = fields.find((field) => field.name.endsWith(".not_stated"));
  const text = told.querySelector("[role=status]");
  const press = told.querySelector("button");
  const words = told.dataset;

  /* Thousandths are the least that a value holds: whole numbers add up exactly. */
  const { read, written, shown } = window.portalNumbers;
  const thousandths = (field) => (field.value === "" ? 0 : Math.round(read(field.value) * 1000));

  function missing() {
    return thousandths(total) - fields.reduce((sum, field) => sum + thousandths(field), 0);
  }

  function tell() {
    const number = missing();
    const begun = total.value !== "" && fields.some((field) => field.value !== "")
      && !Number.isNaN(number);
    const word = number === 0 ? words.equal : number > 0 ? words.missing : words.over;
    told.hidden = !begun;
    text.textContent = word.replace("#", shown(Math.abs(number) / 1000));
    told.classList.toggle("parts-told--equal", number === 0);
    press.hidden = !rest || number <= 0;
  }

  press.addEventListener("click", () => {
    rest.value = written((thousandths(rest) + missing()) / 1000);
    rest.dispatchEvent(new Event("input", { bubbles: true }));
    rest.focus();
  });
  form.addEventListener("input", tell);
  tell();
});
