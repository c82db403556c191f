// A tap on Call or WhatsApp is recorded, and never in the way of the call itself.
(() => {
  const cookie = (name) =>
    document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-tap]");
    const url = link?.closest("[data-tap-url]")?.dataset.tapUrl;
    if (!url) return;
    fetch(url, {
      method: "POST",
      body: new URLSearchParams({ kind: link.dataset.tap }),
      headers: { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") },
      credentials: "same-origin",
      keepalive: true, // the phone's dialler may take the page's place
    }).catch(() => {}); // without a connection the outcome tells of the call
  });
})();
