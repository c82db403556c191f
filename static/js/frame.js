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

  // --- Forms that no other script sends ---
  // Without a connection one would end on the browser's own page, and what was typed with it. And signing in once more
  // in another tab has made its token stale; not for who signed in there as somebody else, since the page is not theirs.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const token = form.elements.csrfmiddlewaretoken;
    if (event.defaultPrevented || !token || form.matches("[data-keep], [data-json-form]")) return;
    if (navigator.onLine) token.value = freshToken() ?? token.value;
    else {
      event.preventDefault();
      say("No connection. Nothing was sent, and it is all still here. Try again when the connection is back.");
    }
  });

  function freshToken() {
    try {
      if (JSON.parse(localStorage.getItem("desk:me")) !== document.body.dataset.user) return null;
    } catch { return null; } // no memory of who it was
    return document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="))?.slice("csrftoken=".length);
  }

  function say(words) {
    const message = document.createElement("p");
    message.className = "message message-warning";
    message.textContent = words;
    const place = document.querySelector("[data-messages]");
    place.replaceChildren(message);
    place.scrollIntoView({ block: "center" });
  }
})();
