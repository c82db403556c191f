// The next call: keys for outcomes and times, and a time asked for where the outcome wants one.
(() => {
  const form = () => document.querySelector("[data-call-form]");

  // --- Times: a chip and a picked time exclude each other ---
  document.addEventListener("change", (event) => {
    const place = event.target.closest("[data-follow-up]");
    if (!place) return;
    const at = form().elements.follow_up_at;
    if (event.target === at) {
      if (at.value) form().querySelector("#follow-up-at").checked = true;
    } else if (event.target.value === "at") {
      at.focus();
    } else {
      at.value = "";
    }
    const asked = form().querySelector("[data-asked]");
    if (asked && (event.target !== at ? event.target.value !== "at" && event.target.value : at.value)) {
      form().requestSubmit(asked);
    }
  });

  // --- An outcome that wants a time asks for it once; pressed again it is saved without ---
  document.addEventListener("submit", (event) => {
    if (event.target !== form() || !event.submitter) return;
    const chosen = form().querySelector("[name=follow_up]:checked");
    const button = event.submitter;
    if (!("promptsFollowUp" in button.dataset) || chosen?.value || "asked" in button.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form().querySelectorAll("[data-asked]").forEach((other) => { delete other.dataset.asked; });
    button.dataset.asked = "";
    form().querySelector("[data-form-error]").textContent = "When? Choose a time, or press once more to save without.";
    form().querySelector("[data-follow-up] [data-key]")?.focus({ preventScroll: true });
  }, true);

  // --- Keys ---
  const typing = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!form() || typing(event.target) || event.repeat) return;
    const pressed = form().querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
})();
