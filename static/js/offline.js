// Stands in for a page while there is no connection: says what waits on this device, and goes on when it is back.
(() => {
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const me = read("desk:me");
  const waiting = (me && read(`desk:${me}:outbox`)) ?? [];
  const list = document.querySelector("[data-waiting]");
  waiting.forEach((entry) => {
    const item = document.createElement("li");
    item.textContent = entry.what;
    list.append(item);
  });
  document.querySelector("[data-some-wait]").hidden = !waiting.length;
  document.querySelector("[data-again]").addEventListener("click", () => location.reload());
  window.addEventListener("online", () => location.reload());
  // The device may say "online" before the network answers, and that reload then ends here again.
  setInterval(() => {
    if (!navigator.onLine) return;
    fetch("/healthz/", { cache: "no-store" }).then((answer) => answer.ok && location.reload(), () => {});
  }, 2_000);
})();
