// A form with `data-json-form` is sent in place. Without this file the same form works as any other.
//
// While it is sent it cannot be sent again; what was typed stays until the answer is good. Then the form dispatches
// `saved` (bubbling) with the answer's JSON as `detail`; whoever draws the page listens. An error's words stand in
// the form as an alert. The button that was pressed is sent along, as a browser would.
(() => {
  const WORDS = {
    signedOut: "You are signed out. Sign in in another tab and press Save again.",
    offline: "Not saved: no connection. Your text is still here.",
    broken: "Not saved: something went wrong on our side. Your text is still here.",
  };
  const PATIENCE = 30_000; // then the connection is taken for dead; sending once more is safe
  const cookie = (name) =>
    document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

  function alertOf(form) {
    let alert = form.querySelector("[data-form-error]");
    if (!alert) {
      alert = document.createElement("p");
      alert.className = "form-error";
      alert.dataset.formError = "";
      alert.setAttribute("role", "alert");
      form.append(alert);
    }
    return alert;
  }

  async function answerOf(form, submitter) {
    const body = new FormData(form, submitter);
    const token = cookie("csrftoken");
    if (token) body.set("csrfmiddlewaretoken", token); // signing in again in another tab has changed it
    // The attributes: the property of a button without one is the page's own address.
    const action = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    const response = await fetch(action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": token },
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    const json = await response.json().catch(() => null);
    return { response, json };
  }

  function wordsFor(response, json) {
    return json?.error || (response.status === 403 ? WORDS.signedOut : WORDS.broken);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-json-form]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const alert = alertOf(form);
    alert.textContent = "";
    try {
      const { response, json } = await answerOf(form, event.submitter);
      if (response.ok && json) {
        form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: json }));
      } else {
        alert.textContent = wordsFor(response, json);
        form.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: { status: response.status, ...json } }));
      }
    } catch (error) {
      if (!(error instanceof TypeError || error.name === "TimeoutError")) throw error;
      alert.textContent = WORDS.offline;
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
})();
