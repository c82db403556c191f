// Choosing customers and saying how they are shared out: how many are chosen, and who would get how many.
// Without this file the same form works; the server counts and deals.
(() => {
  const number = new Intl.NumberFormat("en-IN");
  const MOST_STEPS = 20_000; // beyond that the preview would be slow, and the worker deals

  function chosenIn(form) {
    const all = form.querySelector("[data-all-matching]");
    const limit = Number(form.querySelector("[data-limit]")?.value) || Infinity;
    if (all?.checked) return Math.min(Number(all.dataset.total), limit);
    return form.querySelectorAll("[name=customer_ids]:checked").length;
  }

  // "10,000+": so many were counted, and all of them are meant, unless the limit is lower.
  function isAtLeast(form) {
    const all = form.querySelector("[data-all-matching]");
    const limit = Number(form.querySelector("[data-limit]")?.value) || Infinity;
    return Boolean(all?.checked) && "orMore" in all.dataset && limit > Number(all.dataset.total);
  }

  function inWords(form) {
    return number.format(chosenIn(form)) + (isAtLeast(form) ? "+" : "");
  }

  // All rows look ticked while "all that match" is; they are not sent, the filter is.
  function drawRows(form) {
    const boxes = [...form.querySelectorAll("[name=customer_ids]")];
    const all = form.querySelector("[data-all-matching]")?.checked ?? false;
    boxes.forEach((box) => {
      if (all && !box.disabled) box.dataset.was = box.checked ? "1" : "";
      if (!all && box.disabled) box.checked = box.dataset.was === "1";
      box.disabled = all;
      if (all) box.checked = true;
      box.closest("tr")?.classList.toggle("table-active", box.checked);
    });
    const head = form.querySelector("[data-select-all]");
    if (!head) return;
    const ticked = boxes.filter((box) => box.checked).length;
    head.disabled = all;
    head.checked = ticked > 0 && ticked === boxes.length;
    head.indeterminate = ticked > 0 && ticked < boxes.length;
  }

  // The same deal as the server's, one by one: always to whoever has had the fewest for her weight and still has room.
  function shares(count, seats, how) {
    const table = seats.map((seat, i) => ({
      i,
      got: 0,
      had: how === "load" ? Number(seat.dataset.load) : 0,
      room: seat.dataset.room === "" ? Infinity : Number(seat.dataset.room),
      weight: how === "weights" ? weightOf(seat) : 1,
    }));
    // Many rounds at once where nothing can happen in between, so that a million takes no longer than a hundred.
    const skip = how === "random" && table.every((one) => one.room === Infinity) ? Math.floor(count / table.length) : 0;
    table.forEach((one) => (one.got = skip));
    for (let left = Math.min(count - skip * table.length, MOST_STEPS); left > 0; left -= 1) {
      const open = table.filter((one) => one.got < one.room && one.weight > 0);
      if (!open.length) break;
      const place = (one) => (2 * (one.had + one.got) + 1) / one.weight;
      open.reduce((least, one) => (place(one) < place(least) ? one : least)).got += 1;
    }
    return table.map((one) => one.got);
  }

  function weightOf(seat) {
    const box = seat.closest("li").querySelector("[data-weight] input");
    return Math.max(0, Number(box?.value === "" ? 1 : box?.value) || 0);
  }

  function drawPreview(form, count) {
    const seats = [...form.querySelectorAll("[data-seat]")];
    const toOne = form.querySelector("[data-to-one]")?.checked;
    const one = form.querySelector("[data-one]")?.value;
    const ticked = seats.filter((seat) => seat.checked);
    const playing = toOne ? seats.filter((seat) => seat.value === one) : ticked.length ? ticked : seats;
    const how = form.querySelector("[name=how]:checked")?.value ?? "random";
    // Whom a rule fits only the server knows, and how many they are who were not counted to the end; nor can be evened
    // out what is not counted yet.
    const uncounted = how === "load" && playing.some((seat) => seat.dataset.load === "");
    const unknown = isAtLeast(form) || how === "rules" || uncounted;
    const got = unknown ? [] : shares(count, playing, how);
    seats.forEach((seat) => (seat.closest("li").querySelector("[data-weight]").hidden = how !== "weights"));
    seats.forEach((seat) => {
      const plus = seat.closest("li").querySelector("[data-plus]");
      const n = got[playing.indexOf(seat)] ?? 0;
      plus.textContent = n ? `+${number.format(n)}` : "";
    });
  }

  // How many open ones each has is counted only for whoever shares out: it takes the server a while.
  async function askLoads(form) {
    const link = form.querySelector("[data-loads]");
    if (!link || link.dataset.asked) return;
    link.dataset.asked = "1";
    try {
      const answer = await fetch(link.dataset.loads, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      drawLoads(form, (await answer.json()).loads);
      link.closest("p").remove();
      draw(form);
    } catch {
      delete link.dataset.asked; // the link still leads to a page with the numbers
    }
  }

  function drawLoads(form, loads) {
    const most = Math.max(1, ...loads.map((load) => load.open));
    loads.forEach(({ id, open }) => {
      const seat = form.querySelector(`[data-seat][value="${id}"]`);
      const option = form.querySelector(`[data-one] option[value="${id}"]`);
      if (!seat || !option) return;
      const [row, meter] = [seat.closest("li"), seat.closest("li").querySelector("meter")];
      seat.dataset.load = open;
      option.textContent += ` (${number.format(open)} open)`;
      Object.assign(meter, { max: most, value: open, hidden: false });
      row.querySelector("[data-open]").textContent = number.format(open);
    });
  }

  function draw(form) {
    drawRows(form);
    const count = chosenIn(form);
    const button = form.querySelector("[data-share-button]");
    if (button) button.textContent = count ? `Share out ${inWords(form)}` : "Share out";
    const said = form.querySelector("[data-selected]");
    if (said) said.textContent = count ? `${inWords(form)} selected` : "Tick those to act on.";
    form.querySelector("[data-share-bar]")?.classList.toggle("is-up", count > 0);
    if (form.querySelector("[data-seat]")) drawPreview(form, count);
    if (count) askLoads(form);
  }

  document.querySelectorAll("form[data-selection]").forEach((form) => {
    const head = form.querySelector("[data-select-all]");
    if (head) head.hidden = false;
    form.addEventListener("change", ({ target }) => {
      if (target === head) {
        form.querySelectorAll("[name=customer_ids]").forEach((box) => (box.checked = head.checked));
      }
      if (target.matches("[data-one]") && target.value) form.querySelector("[data-to-one]").checked = true;
      const toOne = form.querySelector("[data-to-one]");
      if (target.matches("[data-seat]") && target.checked && toOne.checked) {
        form.querySelector("[name=how][value=random]").checked = true;
      }
      draw(form);
    });
    form.querySelector("[data-loads]")?.addEventListener("click", (event) => {
      event.preventDefault();
      askLoads(form);
    });
    form.addEventListener("input", ({ target }) => target.matches("[data-limit], [data-weight] input") && draw(form));
    form.addEventListener("submit", (event) => {
      const all = form.querySelector("[data-all-matching]");
      const asks = event.submitter?.matches("[data-sure]") && all?.checked;
      if (asks && !window.confirm(`This changes who looks after all ${inWords(form)}. Go on?`)) {
        event.preventDefault();
      }
    });
    draw(form);
  });
  // Coming back with the Back button, a browser ticks again what was ticked.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-selection]").forEach(draw));
})();
