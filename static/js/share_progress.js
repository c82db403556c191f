// How far the worker is with sharing out; when it is done the page is drawn anew. Without this file it reloads itself.
(() => {
  const EVERY = 1500;

  async function look(box) {
    const response = await fetch(box.dataset.batch, { headers: { Accept: "application/json" } }).catch(() => null);
    if (response?.status === 403) return; // signed out: the next click says so
    const told = response?.ok ? await response.json() : null;
    if (told && told.state !== "queued" && told.state !== "running") {
      window.location.reload();
      return;
    }
    if (told) {
      box.querySelector("progress").value = told.seen;
      box.querySelector("[data-seen]").textContent = new Intl.NumberFormat("en-IN").format(told.seen);
    }
    window.setTimeout(look, EVERY, box);
  }

  document.querySelectorAll("[data-batch]").forEach((box) => window.setTimeout(look, EVERY, box));
})();
