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

  // --- Saved: the next one comes in place ---
  async function next() {
    const answer = await fetch("/customers/next/", { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return location.assign("/customers/next/");
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelectorAll("[data-live]").forEach((part) => {
      const successor = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (successor) part.replaceWith(document.adoptNode(successor));
    });
    document.title = fresh.title;
    history.replaceState(null, "", "/customers/next/");
    window.scrollTo(0, 0);
    document.querySelector("#call-name")?.focus({ preventScroll: true });
    form()?.dispatchEvent(new CustomEvent("keep", { bubbles: true }));
  }

  document.addEventListener("saved", (event) => {
    if (event.target !== form()) return;
    if (event.detail.message) document.querySelector("[data-messages]").textContent = event.detail.message;
    next().catch((error) => {
      if (!(error instanceof TypeError)) throw error;
      form().querySelector("[data-form-error]").textContent = "Saved. The next one comes when the connection is back.";
      window.addEventListener("online", () => location.assign("/customers/next/"), { once: true });
    });
  });

  // --- Keys ---
  const typing = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable]");

  // Enter in a field is no outcome.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-call-form] input")) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!form() || typing(event.target) || event.repeat) return;
    const pressed = form().querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
})();
