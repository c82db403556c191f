// The list by keyboard: arrows move from row to row, Enter opens the row. A changed sort order applies at once.
(() => {
  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
  const linkOf = (row) => row?.querySelector("[data-open]");

  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const typing = event.target.closest("input, textarea, select, button, summary");
    if (!step || typing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = rows();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement.closest("[data-row]"));
    const next = here === -1 ? (step === 1 ? 0 : all.length - 1) : here + step;
    if (!all[next]) return;
    event.preventDefault();
    linkOf(all[next])?.focus();
    all[next].scrollIntoView({ block: "nearest" });
  });

  document.querySelectorAll("[data-apply]").forEach((select) => {
    select.addEventListener("change", () => select.form.requestSubmit());
  });
})();
