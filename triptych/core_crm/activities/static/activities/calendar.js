// The calendar: dragging and resizing with the pointer, moving by keyboard, adding by a click into empty space.
(function () {
  "use strict";
  var SLOT = 15, drag = null;
  var say = function (text) { document.dispatchEvent(new CustomEvent("say", { detail: text })); };
  var pad = function (number) { return String(number).padStart(2, "0"); };
  // Wall-clock times are reckoned as if they were UTC, so that the browser's own zone plays no part.
  var read = function (text) { return new Date(text + ":00Z"); };
  var write = function (date) { return date.toISOString().slice(0, 16); };
  var at = function (day, slot) { return day + "T" + pad(Math.floor(slot / 4)) + ":" + pad((slot % 4) * SLOT); };

  function post(item, start, minutes) {
    var values = { start: start, occurs_at: item.dataset.at };
    if (minutes !== null) values.minutes = minutes;
    say(item.querySelector(".cal-title").textContent.trim() + " → " + start.replace("T", " "));
    htmx.ajax("POST", item.dataset.moveUrl, { source: item, values: values, swap: "none" });
  }
  function slotAt(slots, y) {
    var box = slots.getBoundingClientRect();
    return Math.max(0, Math.min(95, Math.floor((y - box.top) / (box.height / 96))));
  }
  function columnAt(x, y) {
    return document.elementsFromPoint(x, y).map(function (part) { return part.closest("[data-day]"); }).find(Boolean);
  }

  document.addEventListener("pointerdown", function (event) {
    var item = event.target.closest && event.target.closest(".cal-page .cal-item[data-movable]");
    if (!item || event.button || event.pointerType === "touch" || event.target.closest(".cal-move")) return;
    var slots = item.closest(".slots");
    drag = {
      item: item, x: event.clientX, y: event.clientY, moved: false, resizes: Boolean(event.target.closest(".cal-resize")),
      slots: slots, home: item.parentNode, next: item.nextSibling, row: item.style.gridRow,
      held: slots ? slotAt(slots, event.clientY) - slotAt(slots, item.getBoundingClientRect().top + 1) : 0,
    };
  });
  document.addEventListener("pointermove", function (event) {
    if (!drag) return;
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 5) return;
    drag.moved = true;
    drag.item.classList.add("is-moving");
    var minutes = Number(drag.item.dataset.minutes), span = Math.max(2, Math.ceil(minutes / SLOT));
    var column = drag.resizes ? drag.item.closest("[data-day]") : columnAt(event.clientX, event.clientY);
    document.querySelectorAll(".is-target").forEach(function (part) { part.classList.remove("is-target"); });
    if (!column) return;
    drag.day = column.dataset.day;
    var slots = column.querySelector(".slots");
    if (!drag.slots || !slots) { drag.slot = null; return column.classList.add("is-target"); }
    var under = slotAt(slots, event.clientY);
    if (drag.resizes) {
      var first = read(drag.item.dataset.start), row = first.getUTCHours() * 4 + Math.floor(first.getUTCMinutes() / SLOT);
      drag.minutes = Math.max(1, under + 1 - row) * SLOT;
      drag.item.style.gridRow = (row + 1) + " / span " + drag.minutes / SLOT;
    } else {
      drag.slot = Math.max(0, Math.min(95, under - drag.held));
      if (drag.item.parentNode !== slots) slots.append(drag.item);
      drag.item.style.gridRow = (drag.slot + 1) + " / span " + span;
    }
    event.preventDefault();
  });
  document.addEventListener("pointerup", function () {
    if (!drag) return;
    var done = drag;
    drag = null;
    document.querySelectorAll(".is-target").forEach(function (part) { part.classList.remove("is-target"); });
    done.item.classList.remove("is-moving");
    if (!done.moved) return;
    window.addEventListener("click", function (event) { event.stopPropagation(); event.preventDefault(); }, { capture: true, once: true });
    setTimeout(function () { window.dispatchEvent(new Event("click")); }, 0);
    var put = function () { done.home.insertBefore(done.item, done.next); done.item.style.gridRow = done.row; };
    var start = done.item.dataset.start;
    if (done.resizes) {
      if (done.minutes) post(done.item, start, done.minutes);
    } else if (done.day) {
      post(done.item, done.slot === null || done.slot === undefined ? done.day + start.slice(10) : at(done.day, done.slot), null);
    }
    done.item.addEventListener("htmx:sendError", put, { once: true });
    document.getElementById("dialog").addEventListener("close", put, { once: true });
  });

  document.addEventListener("keydown", function (event) {
    var item = event.altKey && event.target.closest && event.target.closest(".cal-page .cal-item[data-movable]");
    var steps = { ArrowUp: -SLOT, ArrowDown: SLOT, ArrowLeft: -1440, ArrowRight: 1440 };
    if (!item || !(event.key in steps)) return;
    event.preventDefault();
    var minutes = Number(item.dataset.minutes), step = steps[event.key];
    if (event.shiftKey && Math.abs(step) === SLOT) return post(item, item.dataset.start, Math.max(SLOT, minutes + step));
    post(item, write(new Date(read(item.dataset.start).getTime() + step * 60000)), null);
    refocus = item.dataset.item;
  });
  var refocus = null;
  document.addEventListener("htmx:afterSettle", function (event) {
    if (!refocus || event.detail.elt.id !== "calendar") return;
    document.querySelector('[data-item="' + refocus + '"] .cal-open')?.focus();
    refocus = null;
  });

  document.addEventListener("click", function (event) {
    var slots = event.target.matches && event.target.matches(".slots") ? event.target : null;
    var url = slots && slots.closest("[data-new-url]")?.dataset.newUrl;
    if (!url || window.matchMedia("(max-width: 767.98px)").matches) return;
    var slot = slotAt(slots, event.clientY), day = slots.closest("[data-day]").dataset.day;
    htmx.ajax("GET", url + "?start=" + at(day, slot - (slot % 2)), { target: "#dialog", swap: "innerHTML" });
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  function toMorning() {
    var frame = document.querySelector(".grid-frame"), hours = document.querySelector(".hours");
    if (frame && hours && !frame.scrollTop) frame.scrollTop = hours.offsetHeight * 7 / 24 - 12;
  }
  document.addEventListener("DOMContentLoaded", toMorning);
  var kept = 0;
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.target.id === "calendar") kept = document.querySelector(".grid-frame")?.scrollTop || 0;
  });
  document.addEventListener("htmx:afterSwap", function () {
    var frame = document.querySelector(".grid-frame");
    if (frame && kept) { frame.scrollTop = kept; kept = 0; }
  });
})();
