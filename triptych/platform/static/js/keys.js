// The keyboard: palette, shortcuts, lists. Keys are off in inputs and can be switched off.
(function () {
  "use strict";
  var palette = function () { return document.getElementById("palette"); };
  var input = function () { return document.getElementById("palette-text"); };
  var items = function () { return Array.from(document.querySelectorAll("#palette-list [role=option]")); };
  var GO = { h: "/", c: "/contacts/", o: "/companies/", l: "/leads/", d: "/deals/", s: "/cases/", a: "/activities/",
             i: "/import/", e: "/settings/" };
  var waitingForGo = 0;

  function openPalette() {
    if (!palette()) return;
    if (!palette().open) palette().showModal();
    input().value = "";
    input().focus();
    htmx.trigger(input(), "shown");
  }
  function choose(index) {
    var all = items();
    if (!all.length) { input().removeAttribute("aria-activedescendant"); return; }
    var at = (index + all.length) % all.length;
    all.forEach(function (item, number) { item.setAttribute("aria-selected", String(number === at)); });
    input().setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }
  function chosen() { return items().findIndex(function (item) { return item.getAttribute("aria-selected") === "true"; }); }

  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target && event.detail.target.id === "palette-list") choose(0);
  });
  document.addEventListener("keydown", function (event) {
    if (event.target.id !== "palette-text") return;
    if (event.key === "ArrowDown") choose(chosen() + 1);
    else if (event.key === "ArrowUp") choose(chosen() - 1);
    else if (event.key === "Home" && !input().value) choose(0);
    else if (event.key === "Enter") items()[chosen()]?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("dialog-opened", function (event) { if (event.detail === "palette") openPalette(); });

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("dialog[open]");
  }
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return openPalette();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (window.Look.get("keys", "on") !== "on") return;
    if (waitingForGo && Date.now() - waitingForGo < 1200 && GO[event.key]) { location.href = GO[event.key]; return; }
    waitingForGo = 0;
    if (event.key === "g") waitingForGo = Date.now();
    else if (event.key === "/") { event.preventDefault(); (document.querySelector("[data-list-search]") || { focus: openPalette }).focus(); }
    else if (event.key === "?") document.getElementById("keys")?.showModal();
    else if (event.key === "c") { event.preventDefault(); document.getElementById("new-open")?.click(); }
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (event.key === "x") document.activeElement.closest("tr")?.querySelector("[data-row]")?.click();
  });
  function step(by) {
    var links = Array.from(document.querySelectorAll("tbody .cell-main a, .board-card-title"));
    var at = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  }
})();
