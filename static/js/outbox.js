// What is typed about a customer stays on this device until the server has it: through a reload, the end of a session
// and a network that comes and goes.
//
// A form with `data-keep="<customer>"` keeps its text as a draft and is sent through the outbox. The outbox belongs to
// the person who is signed in (`data-user` of the body) and sends one entry after the other, each with its
// client_token, so that one that arrived twice is recorded once. A form dispatches `saved` with the answer when its
// entry has arrived; the line `[data-outbox]` says what waits and why.
(() => {
  const ME = document.body.dataset.user;
  const OUTBOX = `desk:${ME}:outbox`;
  const draftKey = (customer) => `desk:${ME}:draft:${customer}`;
  const TYPED = ["notes", "follow_up", "follow_up_at"];
  const DRAFTS_KEPT_FOR = 14 * 24 * 3600 * 1000;
  const PATIENCE = 20_000; // then the connection is taken for dead; sending once more is safe
  const RETRIES = [5_000, 15_000, 30_000, 60_000];
  const WORDS = {
    offline: "No connection. Kept on this device, and sent when it is back.",
    broken: "The server does not answer properly. Kept on this device, and tried again.",
    signedOut: "You are signed out. Kept on this device, and sent when you have signed in again.",
  };

  // --- The device's memory (a private window may have none: then it lasts as long as the page) ---
  const memory = new Map();
  const store = {
    get(key) {
      try { return JSON.parse(localStorage.getItem(key)); } catch { return memory.get(key) ?? null; }
    },
    set(key, value) {
      memory.set(key, value);
      try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: memory has it */ }
    },
    drop(key) {
      memory.delete(key);
      try { localStorage.removeItem(key); } catch { /* forbidden: there is nothing in it */ }
    },
  };
  const cookie = (name) =>
    document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

  // --- The outbox ---
  const waiting = () => store.get(OUTBOX) ?? [];
  const put = (entry) => store.set(OUTBOX, [...waiting().filter((other) => other.token !== entry.token), entry]);
  const take = (token) => store.set(OUTBOX, waiting().filter((entry) => entry.token !== token));
  let why = "";
  let failures = 0;
  let timer = 0;

  async function post(entry) {
    const token = cookie("csrftoken"); // signing in again has changed it
    const body = new URLSearchParams(entry.fields);
    // How long it lay here, and not when it was: the device's clock may be wrong.
    body.set("waited", Math.max(0, Math.round((Date.now() - entry.at) / 1000)) || 0);
    body.set("csrfmiddlewaretoken", token);
    const response = await fetch(entry.url, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return { response, json: await response.json().catch(() => null) };
  }

  // What became of the entry: {state: "sent" | "refused" | "waiting", json, words}.
  async function send(entry) {
    try {
      const { response, json } = await post(entry);
      if (response.ok && json) {
        take(entry.token);
        return { state: "sent", json };
      }
      if (response.status === 403 && response.headers.get("X-Send-Again")) return hold("signedOut");
      if (response.status >= 500 || response.status === 429 || !json) return hold("broken");
      put({ ...entry, refused: json.error });
      return { state: "refused", json, words: json.error };
    } catch (error) {
      if (!(error instanceof TypeError || error.name === "TimeoutError")) throw error;
      return hold("offline");
    }
  }

  function hold(reason) {
    why = reason;
    clearTimeout(timer);
    timer = setTimeout(flush, RETRIES[Math.min(failures, RETRIES.length - 1)]);
    failures += 1;
    return { state: "waiting", words: WORDS[reason] };
  }

  // One tab sends at a time; where the browser knows no locks the client_token keeps a second one harmless.
  const alone = (act) => (navigator.locks ? navigator.locks.request(OUTBOX, act) : act());

  async function flush() {
    await alone(async () => {
      for (const entry of waiting().filter((other) => !other.refused)) {
        const result = await send(entry);
        if (result.state === "waiting") {
          const form = formOf(entry);
          if (form) say(form, result.words); // why it waits may have changed
          break;
        }
        failures = 0;
        arrived(entry, result);
      }
    });
    show();
  }

  // Sent from the outbox: the form it came from, if it still stands there, goes on as if it had been sent at once.
  function arrived(entry, result) {
    const form = formOf(entry);
    if (!form) return;
    if (result.state === "sent") saved(form, result.json);
    else refused(form, result);
  }
  const formOf = (entry) =>
    [...document.querySelectorAll("[data-keep]")].find((form) => form.dataset.keep === entry.customer);

  // --- Drafts ---
  function keep(form) {
    const values = Object.fromEntries(TYPED.map((name) => [name, new FormData(form).get(name) ?? ""]));
    if (values.notes || values.follow_up) store.set(draftKey(form.dataset.keep), { ...values, at: Date.now() });
    else store.drop(draftKey(form.dataset.keep));
  }

  function restore(form) {
    const draft = store.get(draftKey(form.dataset.keep));
    const notes = form.elements.notes;
    if (!draft || notes.value || notes.dataset.touched) return;
    if (Date.now() - draft.at > DRAFTS_KEPT_FOR) return store.drop(draftKey(form.dataset.keep));
    notes.value = draft.notes;
    form.elements.follow_up_at.value = draft.follow_up_at;
    const chip = [...form.querySelectorAll("[name=follow_up]")].find((input) => input.value === draft.follow_up);
    if (chip) chip.checked = true;
    if (draft.notes) say(form, "Not saved yet: this is what you typed before.");
  }

  const say = (form, words) => { form.querySelector("[data-form-error]").textContent = words; };

  // --- The form ---
  function entryOf(form, submitter) {
    const data = new FormData(form, submitter);
    const token = data.get("client_token");
    data.delete("csrfmiddlewaretoken");
    // "In an hour" is meant from now on, whenever it arrives.
    if (data.get("follow_up") === "1h") data.set("follow_up", new Date(Date.now() + 3_600_000).toISOString());
    return {
      token,
      url: submitter?.getAttribute("formaction") || form.getAttribute("action"),
      fields: [...data.entries()],
      customer: form.dataset.keep,
      at: waiting().find((entry) => entry.token === token)?.at ?? Date.now(), // tapped once more: the same call
      what: `${form.dataset.name}: ${whatOf(form, submitter)}`,
    };
  }

  function whatOf(form, submitter) {
    if (submitter?.name === "status") return submitter.querySelector("span").textContent;
    const chosen = submitter?.getAttribute("formaction") ? null : form.querySelector("[name=status]:checked");
    return chosen ? chosen.labels[0].firstElementChild.nextSibling.textContent.trim() : "Note";
  }

  function saved(form, json) {
    store.drop(draftKey(form.dataset.keep));
    say(form, "");
    form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: json }));
  }

  function refused(form, result) {
    say(form, result.words);
    if (result.json?.draft) form.elements.draft.value = result.json.draft;
    form.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: result }));
    const token = form.elements.client_token.value;
    take(token); // its text stands in the form
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-keep]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const entry = entryOf(form, event.submitter);
    put(entry); // before anything can go wrong
    say(form, "");
    try {
      const result = await alone(() => send(entry));
      if (result.state === "sent") saved(form, result.json);
      else if (result.state === "refused") refused(form, result);
      else say(form, result.words);
    } finally {
      form.removeAttribute("aria-busy");
      show();
    }
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-keep]");
    if (!form) return;
    event.target.dataset.touched = "";
    keep(form);
  });

  // --- The line that says what waits ---
  function show() {
    const line = document.querySelector("[data-outbox]");
    if (!line) return;
    const entries = waiting();
    line.hidden = !entries.length;
    line.replaceChildren();
    const open = entries.filter((entry) => !entry.refused);
    if (open.length) {
      const names = open.slice(0, 3).map((entry) => entry.what).join(", ");
      const words = document.createElement("p");
      words.textContent = `${open.length} not sent yet (${names}). ${WORDS[why || "offline"]}`;
      line.append(words);
      if (why === "signedOut") line.append(link("Sign in", `/login/?next=${encodeURIComponent(location.pathname)}`));
      else line.append(button("Send now", flush));
    }
    entries.filter((entry) => entry.refused).forEach((entry) => {
      const words = document.createElement("p");
      words.textContent = `${entry.what} was not saved: ${entry.refused}`;
      line.append(words, button("Open", () => reopen(entry)), button("Forget it", () => { take(entry.token); show(); }));
    });
  }

  function reopen(entry) {
    const values = Object.fromEntries(entry.fields.filter(([name]) => TYPED.includes(name)));
    store.set(draftKey(entry.customer), { notes: "", follow_up: "", follow_up_at: "", ...values, at: Date.now() });
    take(entry.token);
    location.assign(`/customers/${entry.customer}/`);
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-outline-secondary";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function link(label, href) {
    const made = document.createElement("a");
    made.className = "btn btn-primary";
    made.href = href;
    made.textContent = label;
    return made;
  }

  // --- Signing out: what waits is sent first; what cannot be sent is asked about ---
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-sign-out]") || event.defaultPrevented || !waiting().length) return;
    event.preventDefault();
    await flush();
    const left = waiting().length;
    const question = `${left} not sent yet. It stays on this device until you sign in here again. Sign out now?`;
    if (left && !window.confirm(question)) return;
    store.drop("desk:me");
    form.submit();
  });

  // Whose outbox the page without a connection shows; nobody's once she has signed out.
  store.set("desk:me", ME);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]") && !event.defaultPrevented) store.drop("desk:me");
  });

  window.addEventListener("online", flush);
  document.addEventListener("keep", (event) => restore(event.target)); // a form that was drawn in place
  document.querySelectorAll("[data-keep]").forEach(restore);
  if (waiting().length) flush();
  show();
})();
