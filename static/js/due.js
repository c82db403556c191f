// Tells of a follow-up that has become due, where she asked for it by the button on the follow-ups page. Asked for on
// this device only, and switched off by the same button.
(() => {
  const ME = document.body.dataset.user;
  const WANTED = `desk:${ME}:tell-due`, TOLD = `desk:${ME}:told-due`;
  const ASKED = `desk:${ME}:asked-due`;
  const EVERY = 60_000, OUT_OF_SIGHT = 5 * 60_000; // "due now" lasts a quarter of an hour
  const button = document.querySelector("[data-tell-due]");
  if (!window.isSecureContext || !("Notification" in window) || !("serviceWorker" in navigator)) return;

  const wanted = () => localStorage.getItem(WANTED) === "on" && Notification.permission === "granted";

  function show() {
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-pressed", wanted());
    if (Notification.permission === "denied") button.textContent = "This browser does not let us tell you";
    else button.textContent = wanted() ? "Stop telling me" : "Tell me when one is due";
    button.disabled = Notification.permission === "denied";
  }

  async function look() {
    localStorage.setItem(ASKED, Date.now());
    const answer = await fetch("/follow-ups/due/", { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return; // no connection or signed out: looked at again in a minute
    const { due, first, newest } = await answer.json();
    if (!due || localStorage.getItem(TOLD) === newest) return;
    localStorage.setItem(TOLD, newest); // whichever tab comes first tells it
    const registration = await navigator.serviceWorker.ready;
    const words = due === 1 ? `${first} is due.` : `${first} and ${due - 1} more are due.`;
    await registration.showNotification("Follow-up", { body: words, tag: "due" });
  }

  button?.addEventListener("click", async () => {
    if (wanted()) localStorage.removeItem(WANTED);
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(WANTED, "on");
    show();
    if (wanted()) look();
  });

  // One tab asks for the whole device; while none is looked at, seldom.
  function ask() {
    const since = Date.now() - (Number(localStorage.getItem(ASKED)) || 0);
    if (!wanted() || (since >= 0 && since < (document.hidden ? OUT_OF_SIGHT : EVERY))) return;
    look();
  }

  show();
  setInterval(ask, EVERY / 4);
  document.addEventListener("visibilitychange", ask);
  ask();
})();
