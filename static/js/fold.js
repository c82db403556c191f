// On a phone what can wait is folded until it is asked for; a desk and paper show all of it, as does a page without this.
(() => {
  const phone = window.matchMedia("screen and (max-width: 767.98px)");
  const folds = [...document.querySelectorAll("details[data-fold]")];
  const draw = () => folds.forEach((fold) => (fold.open = !phone.matches));
  draw();
  phone.addEventListener("change", draw);
  window.addEventListener("beforeprint", () => folds.forEach((fold) => (fold.open = true)));
  window.addEventListener("afterprint", draw);
})();
