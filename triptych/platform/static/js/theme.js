// Runs before the first paint: light, dark or as the system says, and the width of the navigation.
(function () {
  var root = document.documentElement;
  var system = matchMedia("(prefers-color-scheme: dark)");
  function kept(key, otherwise) {
    try { return localStorage.getItem(key) || otherwise; } catch { return otherwise; }
  }
  function apply() {
    var choice = kept("theme", "system");
    root.dataset.theme = choice;
    root.setAttribute("data-bs-theme", choice === "system" ? (system.matches ? "dark" : "light") : choice);
    root.dataset.nav = kept("nav", "wide");
  }
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  window.Look = {
    set: function (key, value) {
      try { localStorage.setItem(key, value); } catch { /* private mode keeps it for this page only */ }
      apply();
      if (key === "theme") root.dataset.theme = value;
    },
    get: kept,
  };
})();
