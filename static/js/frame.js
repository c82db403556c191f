// The frame's comforts: menus that close when one looks elsewhere, "/" for the search, and the first field that was
// refused in view and in focus.
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
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey
        && "shortcuts" in document.body.dataset) {
      const search = document.querySelector("[data-quick-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
  });
})();
