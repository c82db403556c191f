// Choosing customers and saying how they are shared out: how many are chosen, and who would get how many.
// Without this file the same form works; the server counts and deals.
(() => {
  const number = new Intl.NumberFormat("en-IN");

  function chosenIn(form) {
    const all = form.querySelector("[data-all-matching]");
    const limit = Number(form.querySelector("[data-limit]")?.value) || Infinity;
    if (all?.checked) return Math.min(Number(all.dataset.total), limit);
    return form.querySelectorAll("[name=customer_ids]:checked").length;
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

  // The same deal as the server's: always to whoever has the fewest of it and still has room.
  function shares(count, seats) {
    const rooms = seats.map((seat) => (seat.dataset.room === "" ? Infinity : Number(seat.dataset.room)));
    const got = seats.map(() => 0);
    let left = count;
    for (;;) {
      const open = got.map((_, i) => i).filter((i) => got[i] < rooms[i]);
      const each = Math.floor(left / open.length);
      if (!open.length || !left) return got;
      open.forEach((i, turn) => {
        const more = Math.min(each || (turn < left ? 1 : 0), rooms[i] - got[i]);
        got[i] += more;
        if (each) left -= more;
      });
      if (!each) return got;
    }
  }

  function drawPreview(form, count) {
    const seats = [...form.querySelectorAll("[data-seat]")];
    const toOne = form.querySelector("[data-to-one]")?.checked;
    const one = form.querySelector("[data-one]")?.value;
    const ticked = seats.filter((seat) => seat.checked);
    const playing = toOne ? seats.filter((seat) => seat.value === one) : ticked.length ? ticked : seats;
    const got = shares(count, playing);
    seats.forEach((seat) => {
      const plus = seat.closest("li").querySelector("[data-plus]");
      const n = got[playing.indexOf(seat)] ?? 0;
      plus.textContent = n ? `+${number.format(n)}` : "";
    });
  }

  function draw(form) {
    drawRows(form);
    const count = chosenIn(form);
    const button = form.querySelector("[data-share-button]");
    if (button) button.textContent = count ? `Share out ${number.format(count)}` : "Share out";
    const said = form.querySelector("[data-selected]");
    if (said) said.textContent = count ? `${number.format(count)} selected` : "Tick those to give to somebody.";
    form.querySelector("[data-share-bar]")?.classList.toggle("is-up", count > 0);
    if (form.querySelector("[data-seat]")) drawPreview(form, count);
  }

  document.querySelectorAll("form[data-selection]").forEach((form) => {
    const head = form.querySelector("[data-select-all]");
    if (head) head.hidden = false;
    form.addEventListener("change", ({ target }) => {
      if (target === head) {
        form.querySelectorAll("[name=customer_ids]").forEach((box) => (box.checked = head.checked));
      }
      if (target.matches("[data-one]") && target.value) form.querySelector("[data-to-one]").checked = true;
      if (target.matches("[data-seat]") && target.checked) form.querySelector("[name=how][value=random]").checked = true;
      draw(form);
    });
    form.addEventListener("input", ({ target }) => target.matches("[data-limit]") && draw(form));
    form.addEventListener("submit", (event) => {
      const all = form.querySelector("[data-all-matching]");
      const asks = event.submitter?.matches("[data-sure]") && all?.checked;
      if (asks && !window.confirm(`This changes who looks after all ${number.format(chosenIn(form))}. Go on?`)) {
        event.preventDefault();
      }
    });
    draw(form);
  });
  // Coming back with the Back button, a browser ticks again what was ticked.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-selection]").forEach(draw));
})();
