// The service worker. SHELL, OFFLINE and NAME are put before this by the server (crm.views.service_worker).
// It holds the files of the product's look and one page that says there is no connection: put in once, when it is
// installed. No other answer is ever kept, so nothing of a customer is.
self.addEventListener("install", (event) => {
  const asked = SHELL.map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(asked)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = async () => (await caches.keys()).filter((name) => name !== NAME);
  const drop = async () => Promise.all((await others()).map((name) => caches.delete(name)));
  event.waitUntil(drop().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const path = new URL(request.url).pathname;
  // Without a connection: of a page the one that says so, of a file of the shell the kept one.
  const kept = request.mode === "navigate" ? OFFLINE : path;
  if (!SHELL.includes(kept)) return;
  event.respondWith(fetch(request).catch(async () => (await caches.match(kept)) ?? Response.error()));
});

// A follow-up that is due was told of: a click leads to it.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/customers/next/"));
});
