// The service worker is here while somebody is signed in, and gone with all it kept once nobody is.
(() => {
  if (!window.isSecureContext || !("serviceWorker" in navigator)) return;

  async function leave() {
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  }

  // The device may forbid it, or the connection may go meanwhile: then the pages work as without it.
  const act = () => (document.body.dataset.user ? navigator.serviceWorker.register("/sw.js") : leave());
  window.addEventListener("load", () => act().catch(() => {}));
})();
