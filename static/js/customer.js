// A customer's page: what was saved is drawn in place, statuses ask for what they prompt, the number can be copied.
(() => {
  // --- Drawn again after a save: the page's own parts, as the server draws them ---
  async function redraw(moveFocus) {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!response.ok || response.redirected) return location.reload();
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    document.querySelectorAll("[data-live]").forEach((part) => {
      const successor = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (successor) part.replaceWith(document.adoptNode(successor));
    });
    document.title = fresh.title;
    prepare();
    if (moveFocus) document.getElementById("timeline-title")?.focus({ preventScroll: true });
  }

  function say(words) {
    const place = document.querySelector("[data-messages]");
    if (!place) return;
    const message = document.createElement("p");
    message.className = "message message-success";
    message.textContent = words;
    place.replaceChildren(message);
  }

  document.addEventListener("saved", async (event) => {
    const { note, status_display: label, assigned_to: owner, late, message } = event.detail;
    if (owner !== undefined) return redraw(false);
    if (late) { // she is not hers any more: there is nothing to draw
      document.querySelector(".customer").remove();
      return say(message);
    }
    say(note ? "Note saved." : `Saved: ${label}.`);
    await redraw(true);
  });

  // --- The form ---
  const form = () => document.querySelector("[data-outcome]");

  function chose(input) {
    if (input.name === "status") {
      if ("promptsNote" in input.dataset && !form().elements.notes.value) form().elements.notes.focus();
      form().toggleAttribute("data-asks-follow-up", "promptsFollowUp" in input.dataset);
    }
    if (input.name === "follow_up") {
      const at = form().elements.follow_up_at;
      if (input.value === "at") at.focus();
      else at.value = "";
    }
    if (input.name === "follow_up_at" && input.value) form().elements["follow-up-at"].checked = true;
  }

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-outcome]")) chose(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio]), textarea, select, [contenteditable]")) return;
    const input = form()?.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    input.focus();
    chose(input);
  });

  // --- Copy ---
  function prepare() {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    say("Number copied.");
  });

  prepare();
})();
