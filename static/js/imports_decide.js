// "All on this page" ticks every row that can be decided.
const form = document.querySelector("[data-import-decide]");
const all = form?.querySelector("input[data-import-tick-all]");

if (all) {
  const rows = [...form.querySelectorAll("input[name=rows]")];
  form.querySelectorAll("[data-import-tick-all]").forEach((part) => {
    part.hidden = false;
  });
  const tell = () => {
    const ticked = rows.filter((row) => row.checked).length;
    all.checked = ticked === rows.length;
    all.indeterminate = ticked > 0 && ticked < rows.length;
  };
  all.addEventListener("change", () => {
    rows.forEach((row) => {
      row.checked = all.checked;
    });
  });
  form.addEventListener("change", tell);
  tell();
}
