// The drop zone: a file may be dropped on it; it is sent once, with its progress, and stays chosen if that fails.
const WORDS = {
  signedOut: "You are signed out. Sign in in another tab and press Upload again; the file is still chosen.",
  offline: "The connection broke. The file is still chosen: press Upload again.",
  broken: "Something went wrong on our side. The file is still chosen: press Upload again.",
  several: "One file at a time, please. Upload the next one when this one is on its way.",
};
const form = document.querySelector("[data-import-drop]");
const input = form.querySelector("input[type=file]");
const title = form.querySelector("[data-import-drop-title]");
const problem = form.querySelector("[data-import-drop-problem]");
const submits = [...form.querySelectorAll("[data-import-drop-submit]")];
let submit = submits[0]; // the one that was pressed last
const limit = Number(form.dataset.maxBytes);
const choose = title.textContent;
const labels = new Map(submits.map((button) => [button, button.textContent]));

form.querySelector("[data-import-drop-mouse]").hidden = !window.matchMedia("(pointer: fine)").matches;

const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
const cookie = (name) =>
  document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

function say(text) {
  form.querySelector("[data-import-drop-why]")?.remove();
  problem.textContent = text;
  problem.hidden = !text;
}

function show() {
  const [file] = input.files;
  const tooLarge = file && file.size > limit;
  title.textContent = file ? `${file.name} (${size(file.size)})` : choose;
  say(
    tooLarge
      ? `This file is larger than ${size(limit)}. Split it into several files, or save it as CSV, and upload those.`
      : "",
  );
  enable(!tooLarge);
  if (file && !tooLarge) {
    submit.focus();
  }
}

function enable(are) {
  submits.forEach((button) => {
    button.disabled = !are;
    button.textContent = labels.get(button);
  });
}

function rest(text) {
  enable(true);
  say(text);
}

function answered(request) {
  let answer = null;
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // Not ours: a proxy's page, or none.
  }
  if (request.status < 300 && answer?.success) {
    window.location.assign(answer.url);
  } else if (request.status === 403 && answer?.error) {
    rest(request.responseText.includes("signed out") ? WORDS.signedOut : answer.error);
  } else {
    rest(answer?.error || WORDS.broken);
  }
}

function send() {
  const body = new FormData(form, submit);
  const token = cookie("csrftoken");
  if (token) {
    body.set("csrfmiddlewaretoken", token); // signing in again in another tab has changed it
  }
  const request = new XMLHttpRequest(); // fetch cannot say how much has been sent
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) {
      submit.textContent = `Uploading, ${Math.floor((100 * event.loaded) / event.total)}%`;
    }
  });
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", () => rest(WORDS.offline));
  request.send(body);
}

input.addEventListener("change", show);

["dragenter", "dragover"].forEach((name) =>
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("import-drop-over");
  }),
);
["dragleave", "drop"].forEach((name) =>
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.remove("import-drop-over");
  }),
);
form.addEventListener("drop", (event) => {
  const { files } = event.dataTransfer;
  if (files.length > 1) {
    say(WORDS.several);
  } else if (files.length === 1) {
    input.files = files;
    show();
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (submit.disabled) {
    return;
  }
  submit = event.submitter ?? submits[0];
  send();
  submits.forEach((button) => (button.disabled = true));
  submit.textContent = "Uploading …";
  say("");
});

// Back from the browser's memory: the button works again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    show();
  }
});
