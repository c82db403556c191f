// The frame's comforts: menus that close when one looks elsewhere, the keys that work on every page, and the first field
// that was refused in view and in focus.
(() => {
  document.querySelector("main .is-invalid")?.focus();

  const openMenus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      openMenus().forEach((menu) => {
        menu.removeAttribute("open");
        menu.querySelector("summary").focus();
      });
    }
    const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if ("shortcuts" in document.body.dataset && act(event.key)) event.preventDefault();
  });

  // --- Keys (the profile switches them off); the help names them ---
  const KEYS = {
    "/": () => go("[data-quick-search]", (search) => { search.focus(); search.select(); }),
    n: () => go("[data-next-call]", (link) => link.click()),
    c: () => go("[data-tap=call]", (link) => link.click()),
    w: () => go("[data-tap=whatsapp]", (link) => link.click()),
    e: () => go("[data-keep] [name=notes]", (note) => note.focus()),
    "?": () => go("[data-help]", (help) => help.showModal()),
  };

  function go(selector, act) {
    const place = document.querySelector(selector);
    if (place) act(place);
    return Boolean(place);
  }

  const act = (key) => !document.querySelector("dialog[open]") && Boolean(KEYS[key]?.());
})();
