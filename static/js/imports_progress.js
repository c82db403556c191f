// Imports that are being worked on tell how far they are; a finished one is drawn anew, in place.
const EVERY = 1500;
const SLOWEST = 15000;

const plain = (selector, card) => card.querySelector(selector);

function show(card, answer) {
  const { progress } = answer;
  const bar = plain("progress", card);
  if (progress.percent === null) {
    bar.removeAttribute("value");
  } else {
    bar.value = progress.percent;
  }
  plain("[data-import-text]", card).textContent = progress.text;
  const state = plain("[data-import-state]", card);
  state.textContent = answer.state_display;
  state.className = `import-state import-state-${progress.stalled ? "stalled" : answer.state}`;
  const note = plain("[data-import-note]", card);
  note.textContent = progress.note;
  note.hidden = !progress.note;
  // A screen reader hears a new phase and every quarter, not every row.
  const step = `${answer.state} ${progress.stalled} ${Math.floor((progress.percent ?? 0) / 25)}`;
  if (card.dataset.step !== step) {
    card.dataset.step = step;
    plain("[data-import-live]", card).textContent = `${answer.name}: ${progress.text}`;
  }
}

async function redraw(card) {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = drawn.getElementById(card.id);
  if (!answer.ok || answer.redirected || !fresh) {
    window.location.reload();
    return;
  }
  if ("importWholePage" in card.dataset) {
    // Its page has more to show now: the rows, the columns.
    document.getElementById("content").replaceChildren(...drawn.getElementById("content").childNodes);
    document.getElementById("content").focus();
    return;
  }
  const hadFocus = card.contains(document.activeElement);
  card.replaceChildren(...fresh.childNodes);
  card.removeAttribute("data-import-working");
  card.setAttribute("aria-live", "polite");
  if (hadFocus) {
    card.querySelector("a")?.focus();
  }
}

function follow(card) {
  let wait = EVERY;
  const look = async () => {
    if (!card.isConnected) {
      return;
    }
    try {
      const answer = await fetch(card.dataset.importWorking, { headers: { Accept: "application/json" } });
      if (answer.status === 403 || answer.status === 404) {
        window.location.reload();
        return;
      }
      if (answer.ok) {
        const found = await answer.json();
        if (!found.progress) {
          await redraw(card);
          return;
        }
        show(card, found);
        wait = found.progress.waiting || found.progress.stalled ? Math.min(wait * 1.5, SLOWEST) : EVERY;
      } else {
        wait = Math.min(wait * 2, SLOWEST);
      }
    } catch {
      // The server or the network is away for a moment: ask again, more slowly.
      wait = Math.min(wait * 2, SLOWEST);
    }
    window.setTimeout(look, wait);
  };
  window.setTimeout(look, EVERY);
}

document.querySelectorAll("[data-import-working]").forEach(follow);
