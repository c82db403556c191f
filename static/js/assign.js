// Giving one customer to somebody in place: post.js sends the form, this says what became of it.
(() => {
  document.addEventListener("saved", ({ target }) => {
    if (!target.matches("[data-assign]")) return;
    const chosen = target.querySelector("select").selectedOptions[0];
    target.querySelector("[data-said]").textContent = chosen.value ? `With ${chosen.text} now.` : "With nobody now.";
    document.querySelectorAll("[data-owner]").forEach((owner) => {
      owner.textContent = chosen.value ? chosen.text : "nobody";
    });
  });
  document.addEventListener("change", ({ target }) => {
    const form = target.closest("[data-assign]");
    if (form) form.querySelector("[data-said]").textContent = "";
  });
})();
