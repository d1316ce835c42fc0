// Live updates: what colleagues change appears by itself. The bell says where to listen (the event `live`), and comes
// back with a new address or none when the stream is lost; without one every page works as it always did.
(function () {
  "use strict";
  var source = null, address = "", timer = null, failures = 0;
  var shownAt = Number(document.body.dataset.at) * 1000 || 0, since = shownAt, loadedAt = Date.now(), wroteAt = 0;
  var QUIET = 45000, HIDDEN = 10000, OWN = 3000, PACE = 1000;

  // The stream ------------------------------------------------------------------------------------------------------
  function open() {
    if (source || !address || document.hidden) return;
    source = new EventSource(address + "?since=" + since, { withCredentials: true });
    source.addEventListener("beat", heard);
    source.addEventListener("changed", function (event) { heard(event); changed(JSON.parse(event.data)); });
    source.addEventListener("notified", function (event) { heard(event); askTheBell(); });
    source.addEventListener("resync", function (event) { heard(event); regions().forEach(function (one) { stale(one, null); }); });
    source.onopen = function () { failures = 0; document.documentElement.dataset.live = "on"; watch(); };
    source.onerror = function () { lost(); };
  }
  function heard(event) {
    if (event.lastEventId) since = Number(event.lastEventId);
    watch();
  }
  function watch() {  // a connection that is half open never says so
    clearTimeout(timer);
    timer = setTimeout(lost, QUIET);
  }
  function close() {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
    delete document.documentElement.dataset.live;
  }
  function lost() {
    close();
    address = "";
    failures += 1;
    var wait = Math.min(30000, 1000 * Math.pow(2, failures)) * (0.5 + Math.random());
    timer = setTimeout(function () { if (!document.hidden && navigator.onLine) askTheBell(); }, wait);
  }
  function askTheBell() { if (window.htmx) htmx.trigger(document.body, "notified"); }
  document.addEventListener("live", function (event) {
    if (source) return;
    address = event.detail.url;
    if (address) open(); else if (failures) lost();
  });
  document.addEventListener("visibilitychange", function () {
    clearTimeout(close.later);
    if (document.hidden) close.later = setTimeout(close, HIDDEN);
    else if (!source) askTheBell();
  });
  window.addEventListener("online", function () { if (!source) askTheBell(); });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", function (event) { if (event.persisted) askTheBell(); });  // back again, as it was

  // What a change means for this page ---------------------------------------------------------------------------------
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.requestConfig && event.detail.requestConfig.verb !== "get") wroteAt = Date.now();
  });
  function regions() { return Array.from(document.querySelectorAll("[data-live-refresh]")); }
  function changed(what) {
    document.dispatchEvent(new CustomEvent("live:heard", { detail: what }));
    var now = Date.now(), fromHere = what.mine && (now - wroteAt < OWN || now - loadedAt < OWN);
    if (!fromHere) regions().forEach(function (region) { if (region.dataset.liveRefresh.split(" ").includes(what.kind)) stale(region, what); });
    if (!what.mine && what.id) document.querySelectorAll("[data-live-notice]").forEach(function (line) { notice(line, what); });
  }

  // A quiet line over a record or a list: somebody has changed what it shows.
  function notice(line, what) {
    if (line.dataset.liveNotice !== what.kind) return;
    if (line.dataset.liveId ? line.dataset.liveId !== what.id || what.version <= Number(line.dataset.liveVersion)
      : what.at < shownAt) return;
    line.querySelector("[data-text]").textContent = filled(what.by ? line.dataset.liveBy : line.dataset.liveSaid, { name: what.by });
    if (line.hidden) document.dispatchEvent(new CustomEvent("say", { detail: line.querySelector("[data-text]").textContent }));
    line.hidden = false;
  }

  // A part of the page that loads itself again: never while somebody has something of it in hand.
  var marks = {};
  function stale(region, what) {
    var id = region.id, mark = marks[id] || (marks[id] = { what: [], last: 0, waits: null });
    if (what) mark.what.push(what);
    if (!mark.waits) mark.waits = setTimeout(function () { attempt(id); }, Math.max(100, mark.last + PACE - Date.now()));
  }
  function attempt(id) {
    var mark = marks[id], region = document.getElementById(id);
    mark.waits = null;
    if (!region) return;
    if (inHand(region)) { mark.waits = setTimeout(function () { attempt(id); }, 300); return; }
    mark.last = Date.now();
    var told = mark.what.splice(0);
    fetch(region.dataset.liveUrl || location.pathname + location.search, { headers: { "HX-Request": "true", "HX-Target": id, "HX-Current-URL": location.href } })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (html) {
        var fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id);
        if (!fresh) return;
        if (inHand(region) || !region.isConnected) { mark.what = told.concat(mark.what); stale(document.getElementById(id) || region, null); return; }
        if (same(region, fresh)) return;
        swap(region, fresh.outerHTML);
        tell(document.getElementById(id), told);
      }, function () { /* the next change, or the next page, brings it */ });
  }
  function same(region, fresh) {  // many a change concerns something that is not shown here
    var bare = function (part) { return part.outerHTML.replace(/(name="csrfmiddlewaretoken" value=)"[^"]*"/g, "$1").replace(/\s+/g, " "); };
    return bare(region) === bare(fresh);
  }
  function inHand(region) {
    var active = document.activeElement, chosen = window.getSelection();
    return document.body.classList.contains("dragging") || document.querySelector("dialog[open]") ||
      region.querySelector(".dropdown-menu.show, .htmx-request, .sortable-chosen, .is-moving, [data-earlier], input[name=row]:checked") || region.matches(".htmx-request") ||
      (region.contains(active) && active.matches("input, textarea, select, [contenteditable]")) ||
      (chosen && !chosen.isCollapsed && region.contains(chosen.anchorNode));
  }
  function swap(region, html) {
    var id = region.id, places = scrolled(region).map(function (part) { return [part.scrollLeft, part.scrollTop]; });
    var active = region.contains(document.activeElement) ? document.activeElement : null;
    var holder = active && active.closest("[id], [data-item]"), at = holder ? focusable(holder).indexOf(active) : -1;
    var name = holder && (holder.id ? "#" + CSS.escape(holder.id) : '[data-item="' + holder.dataset.item + '"][data-at="' + holder.dataset.at + '"]');
    htmx.swap(region, html, { swapStyle: "outerHTML" });
    var fresh = document.getElementById(id);
    scrolled(fresh).forEach(function (part, index) {
      if (places[index]) { part.scrollLeft = places[index][0]; part.scrollTop = places[index][1]; }
    });
    if (active) (focusable(document.querySelector(name) || fresh)[Math.max(at, 0)] || fresh).focus({ preventScroll: true });
  }
  function scrolled(region) { return Array.from(region.querySelectorAll(".board, .board-cards, .grid-frame")); }
  function focusable(within) { return Array.from(within.querySelectorAll("a[href], button:not([disabled])")); }

  // Spoken politely, and seen for a moment.
  function tell(region, told) {
    var others = told.filter(function (one) { return !one.mine && one.id; }), phrases = document.getElementById("phrases").dataset;
    told.forEach(function (one) {
      var card = one.id && document.getElementById(one.id);
      if (card && region.contains(card)) card.classList.add("just-changed");
    });
    if (!others.length) return;
    var last = others[others.length - 1], card = document.getElementById(last.id);
    var column = card && card.closest("[data-label]");
    var alone = new Set(others.map(function (one) { return one.id; })).size === 1;
    var pattern = alone && column && last.by ? phrases.liveMoved : phrases.liveChanged;
    document.dispatchEvent(new CustomEvent("say", { detail: filled(pattern, {
      name: last.by, title: card ? card.querySelector("a").textContent.trim() : "", column: column ? column.dataset.label : "",
    }) }));
  }
  function filled(pattern, values) {
    return (pattern || "").replace(/\{(\w+)\}/g, function (whole, name) { return name in values ? values[name] : whole; });
  }
})();
