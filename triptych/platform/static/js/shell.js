// The frame: tokens on requests, dialogs, toasts, focus after swaps, offline notice, theme and navigation switches.
(function () {
  "use strict";
  var $ = function (selector, within) { return (within || document).querySelector(selector); };
  var token = function () { var meta = $('meta[name="csrf-token"]'); return meta ? meta.content : ""; };

  // Requests --------------------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
  });
  var busy = 0;
  function count(by) {
    busy = Math.max(0, busy + by);
    $("#load-bar")?.classList.toggle("busy", busy > 0);
  }
  document.addEventListener("htmx:beforeRequest", function () { count(1); });
  document.addEventListener("htmx:afterRequest", function () { count(-1); });
  // A refused form comes back with 4xx and belongs on the page; a whole error page does not.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if (status < 400) return;
    var whole = event.detail.xhr.responseText.trimStart().slice(0, 9).toLowerCase() === "<!doctype";
    event.detail.shouldSwap = !whole;
    event.detail.isError = false;
    if (whole) toast({ text: errorText(status), level: "error" });
  });
  document.addEventListener("htmx:sendError", function (event) {
    var asked = event.detail.requestConfig || {};
    if (asked.verb === "get" && !asked.triggeringEvent?.isTrusted) return;  // what the page asks by itself is nobody's loss
    toast({ text: say("unsent"), level: "error" });
  });
  // A form that is on its way is not sent again: whoever clicks twice wants one record. Requests of htmx are not meant.
  window.addEventListener("submit", function (event) {
    var form = event.target, now = Date.now();
    if (event.defaultPrevented || form.method !== "post") return;
    if (now - Number(form.dataset.sentAt || 0) < 10000) return event.preventDefault();
    form.dataset.sentAt = String(now);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent-at]").forEach(function (form) { delete form.dataset.sentAt; });
  });
  function errorText(status) {
    return status === 403 ? say("forbidden") : status === 404 ? say("gone") : say("failed");
  }
  function say(key) { return $("#phrases")?.dataset[key] || ""; }

  // Toasts ----------------------------------------------------------------------------------------------------------
  function toast(what) {
    var pattern = $("#toast-pattern"), list = $("#toasts");
    if (!pattern || !list) return;
    var line = pattern.content.firstElementChild.cloneNode(true);
    if (what.level === "error" || what.level === "warning") line.classList.add("toast-error");
    $("[data-text]", line).textContent = what.text;
    var form = $("form", line);
    if (what.undo) form.action = what.undo; else form.remove();
    list.append(line);
    keep(line);
  }
  function keep(line) {
    var left = 10000, since = Date.now(), timer;
    var go = function () { since = Date.now(); timer = setTimeout(function () { line.remove(); }, left); };
    var stay = function () { clearTimeout(timer); left -= Date.now() - since; };
    ["mouseenter", "focusin"].forEach(function (name) { line.addEventListener(name, stay); });
    ["mouseleave", "focusout"].forEach(function (name) { line.addEventListener(name, go); });
    go();
  }
  document.addEventListener("toasts", function (event) {
    (event.detail.list || event.detail.value || []).forEach(toast);
  });
  window.Toast = toast;

  // Announcements: elsewhere in the page a script may dispatch `say` with a text for screen readers.
  document.addEventListener("say", function (event) {
    var polite = $("#spoken");
    if (!polite) return;
    polite.textContent = "";
    setTimeout(function () { polite.textContent = event.detail; }, 50);
  });

  // Dialogs ---------------------------------------------------------------------------------------------------------
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-opens]");
    if (opener) {
      var dialog = document.getElementById(opener.dataset.opens);
      if (dialog && !dialog.open) dialog.showModal();
      return document.dispatchEvent(new CustomEvent("dialog-opened", { detail: opener.dataset.opens }));
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog, .toast-line")?.[
      event.target.closest("dialog") ? "close" : "remove"]();
    else if (event.target.tagName === "DIALOG") {
      var box = event.target.getBoundingClientRect();
      if (event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right)
        event.target.close();
    }
  });
  // What is swapped into #dialog opens it; a response without content, or the event `done`, closes it.
  // The button may stand in a part of the page that replaces itself as a whole: the dialog never is.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var asked = event.detail.requestConfig?.elt;
    if (event.detail.target.id === "dialog" && asked && !asked.hasAttribute("hx-swap") && !asked.closest("dialog"))
      event.detail.swapOverride ||= "innerHTML";
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var dialog = $("#dialog");
    if (!dialog || event.detail.target !== dialog) return;
    if (dialog.textContent.trim()) { if (!dialog.open) dialog.showModal(); } else if (dialog.open) dialog.close();
  });
  document.addEventListener("done", function () { $("#dialog")?.close(); });

  // Focus after a swap: what asks for it, else the first wrong field, else the target itself when focus was lost.
  var beside = new WeakSet();  // what came out of band changes elsewhere on the page and takes no focus
  document.addEventListener("htmx:oobAfterSwap", function (event) { beside.add(event.target); });
  document.addEventListener("htmx:afterSettle", function (event) {
    var within = event.detail.elt;
    if (!within || !within.querySelector || beside.has(within)) return;
    var wanted = $("[autofocus]", within) || $('[aria-invalid="true"]', within);
    if (wanted) return wanted.focus();
    if (within.id === "dialog") return focusDialog(within);
    if (document.activeElement === document.body && !within.hasAttribute("data-keep-focus") && within.id !== "toasts") {
      var part = (within.matches("[data-inline]") && $("button, a", within)) || within;
      if (part === within && !within.hasAttribute("tabindex")) within.setAttribute("tabindex", "-1");
      part.focus({ preventScroll: true });
    }
  });

  // In a dialog: the first field, unless somebody is at one already or it is a picker, which would open; else the dialog.
  function focusDialog(dialog) {
    var at = document.activeElement;
    if (!dialog.open || (dialog.contains(at) && at !== dialog && !at.closest(".dialog-head"))) return;
    var first = $('.dialog-body :is(input, select, textarea):not([type="hidden"], :disabled, .ts-wrapper *)', dialog);
    if (first && !first.matches("[data-picker]")) return first.focus();
    if (dialog.contains(at)) return;
    dialog.setAttribute("tabindex", "-1");
    dialog.focus({ preventScroll: true });
  }

  // Switches --------------------------------------------------------------------------------------------------------
  function showChoices() {
    document.querySelectorAll("[data-theme-choice]").forEach(function (item) {
      item.setAttribute("aria-checked", String(item.dataset.themeChoice === document.documentElement.dataset.theme));
    });
    var narrow = document.documentElement.dataset.nav === "slim";
    document.querySelectorAll("[data-nav-toggle]").forEach(function (item) {
      item.setAttribute("aria-expanded", String(!narrow));
    });
    document.querySelectorAll("[data-keys-switch]").forEach(function (box) {
      box.checked = window.Look.get("keys", "on") === "on";
    });
  }
  document.addEventListener("click", function (event) {
    var choice = event.target.closest("[data-theme-choice]");
    if (choice) window.Look.set("theme", choice.dataset.themeChoice);
    if (event.target.closest("[data-nav-toggle]"))
      window.Look.set("nav", document.documentElement.dataset.nav === "slim" ? "wide" : "slim");
    if (choice || event.target.closest("[data-nav-toggle]")) showChoices();
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-keys-switch]")) window.Look.set("keys", event.target.checked ? "on" : "off");
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  // Offline ---------------------------------------------------------------------------------------------------------
  function line() { var notice = $("#offline"); if (notice) notice.hidden = navigator.onLine; }
  window.addEventListener("online", line);
  window.addEventListener("offline", line);

  document.addEventListener("DOMContentLoaded", function () {
    showChoices();
    line();
    var wrong = $('main [aria-invalid="true"]');  // a form that came back as a page
    if (wrong && !wrong.matches("[data-picker]")) wrong.focus();
    document.querySelectorAll("#toasts .toast-line").forEach(keep);
    if (navigator.platform.includes("Mac"))
      document.querySelectorAll("[data-ctrl]").forEach(function (key) { key.textContent = "⌘ " + key.dataset.ctrl; });
  });
})();
