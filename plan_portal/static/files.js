/* Says at once that a chosen file would be refused, and takes it out of the form, so that
   nobody waits for an upload in vain. Without this file the server says the same. */
"use strict";

document.addEventListener("change", async ({ target: field }) => {
  if (!field.matches?.("input[type=file][data-largest]")) return;
  field.parentElement.querySelector(".count")?.remove();
  const [file] = field.files;
  const refused = file && await refusal(file, field);
  if (!refused || field.files[0] !== file) return;
  field.value = "";
  const told = document.createElement("p");
  told.className = "count is-over";
  told.role = "alert";
  told.textContent = `${file.name}: ${field.dataset[refused]}`;
  field.after(told);
});

/* A photo of a phone may be a HEIC under another name: its first bytes say so. */
async function refusal(file, field) {
  const ending = file.name.slice(file.name.lastIndexOf(".")).toLowerCase();
  const isTaken = field.accept.split(",").includes(ending);
  const box = await file.slice(4, 8).text();
  if ([".heic", ".heif"].includes(ending) || (isTaken && box === "ftyp")) return "heic";
  if (!isTaken) return "kind";
  return file.size > Number(field.dataset.largest) ? "size" : "";
}
