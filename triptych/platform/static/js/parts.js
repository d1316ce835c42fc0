// Behaviour of the components: tables with checkboxes, boards, fields edited in place, pickers, file drops, tabs.
(function () {
  "use strict";
  var say = function (text) { document.dispatchEvent(new CustomEvent("say", { detail: text })); };

  // data_table: the bar of bulk acts ---------------------------------------------------------------------------------
  document.addEventListener("change", function (event) {
    var table = event.target.closest("[data-table]");
    if (!table) return;
    var rows = Array.from(table.querySelectorAll("[data-row]"));
    if (event.target.matches("[data-all-rows]")) rows.forEach(function (row) { row.checked = event.target.checked; });
    var chosen = rows.filter(function (row) { return row.checked; }).length;
    var all = table.querySelector("[data-all-rows]");
    if (all) { all.checked = chosen === rows.length && chosen > 0; all.indeterminate = chosen > 0 && chosen < rows.length; }
    var bar = table.querySelector("[data-bulk-bar]");
    var flag = table.querySelector("[data-all-flag]");
    if (flag) { flag.disabled = true; table.querySelector("[data-all-matching]").hidden = false; }
    if (bar) { bar.hidden = !chosen; bar.querySelector("[data-chosen]").textContent = chosen; }
  });
  document.addEventListener("click", function (event) {
    var clear = event.target.closest("[data-clear-rows]");
    if (!clear) return;
    clear.closest("[data-table]").querySelectorAll("[data-row]:checked").forEach(function (row) { row.click(); });
  });

  document.addEventListener("click", function (event) {
    var everything = event.target.closest("[data-all-matching]");
    if (!everything) return;
    var table = everything.closest("[data-table]");
    table.querySelectorAll("[data-row]").forEach(function (row) { row.checked = true; });
    table.querySelector("[data-all-flag]").disabled = false;
    table.querySelector("[data-chosen]").textContent = everything.dataset.allMatching;
    everything.hidden = true;
  });

  // day input: a button below it fills in the day that it means ---------------------------------------------------------
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-day-url]");
    if (!button) return;
    var input = button.closest(".day-choices").querySelector("input");
    fetch(button.dataset.dayUrl, { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer.status); })
      .then(function (found) {
        input.value = found.day;
        input.dispatchEvent(new Event("change", { bubbles: true }));
        say(found.said);
      })
      .catch(function () { input.focus(); });
  });

  // board_column: drag ----------------------------------------------------------------------------------------------
  // A card dropped elsewhere is posted to its `data-move-url` with the column's `data-value` under `data-name`.
  function bindBoard(within) {
    within.querySelectorAll("[data-drop]").forEach(function (column) {
      if (column.bound || !window.Sortable) return;
      column.bound = Sortable.create(column, {
        group: { name: column.dataset.board || "board", put: !column.hasAttribute("data-keeps") },
        animation: 140, draggable: ".board-card[data-move-url]", delay: 150, delayOnTouchOnly: true,
        filter: ".dropdown, .dropdown *", preventOnFilter: false, ghostClass: "card-dragged", dragClass: "card-lifted",
        onStart: function () { document.body.classList.add("dragging"); },
        onEnd: function (move) {
          document.body.classList.remove("dragging");
          if (move.from === move.to) return;
          var values = {};
          values[move.to.dataset.name || "stage"] = move.to.dataset.value;
          values.position = move.newIndex;
          if (move.item.dataset.version) { values.row = move.item.id; values.version = move.item.dataset.version; }
          var put = function () { move.from.insertBefore(move.item, move.from.children[move.oldIndex] || null); };
          var card = move.item;
          if (move.to.hasAttribute("data-asks")) put();
          htmx.ajax("POST", card.dataset.moveUrl, {
            source: card, values: values,
            target: move.to.hasAttribute("data-asks") ? "#dialog" : card.dataset.moveTarget || card,
            swap: move.to.hasAttribute("data-asks") ? "innerHTML" : "outerHTML",
          });
          card.addEventListener("htmx:sendError", put, { once: true });
          say(card.querySelector(".board-card-title").textContent.trim() + " → " + move.to.dataset.label);
        },
      });
    });
  }

  // inline_field: Enter saves, Esc undoes, Tab goes on -----------------------------------------------------------------
  var before = new Map();
  document.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target;
    if (target && target.matches && target.matches("[data-inline]:not(.inline-edit)")) {
      var shown = target.cloneNode(true);
      shown.querySelectorAll(".htmx-request").forEach(function (part) { part.classList.remove("htmx-request"); });
      before.set(target.id, shown.outerHTML);
    }
  });
  function undo(editor) {
    var former = before.get(editor.id);
    if (!former) return;
    editor.outerHTML = former;
    var shown = document.getElementById(editor.id);
    htmx.process(shown);
    shown.querySelector("button, a")?.focus();
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-inline-undo]");
    if (button) undo(button.closest("form.inline-edit"));
  });
  document.addEventListener("keydown", function (event) {
    var editor = event.target.closest && event.target.closest("form.inline-edit");
    if (!editor) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      undo(editor);
    } else if (event.key === "Enter" && !event.shiftKey && event.target.tagName === "TEXTAREA") {
      event.preventDefault();
      editor.requestSubmit();
    } else if (event.key === "Tab" && !event.shiftKey && event.target.matches("input, select, textarea")) {
      var fields = Array.from(document.querySelectorAll("[data-inline]"));
      var next = fields[fields.indexOf(editor) + 1];
      if (!next) return;
      event.preventDefault();
      editor.requestSubmit();
      document.getElementById(next.id).querySelector("button")?.click();
    }
  });

  // picker ----------------------------------------------------------------------------------------------------------
  // A select with `data-picker`; `data-url` answers `?q=` with [{value, text, hint}], `data-create` names what may be made.
  function bindPickers(within) {
    within.querySelectorAll("select[data-picker]").forEach(function (select) {
      if (select.tomselect || !window.TomSelect) return;
      var url = select.dataset.url, labels = select.dataset, none = select.querySelector('option[value=""]');
      var options = {
        valueField: "value", labelField: "text", searchField: url ? [] : ["text"], maxOptions: 50, openOnFocus: true,
        create: labels.create ? true : false, createOnBlur: false, selectOnTab: true, hideSelected: false,
        maxItems: select.multiple ? null : 1, placeholder: labels.placeholder || (none ? none.textContent.replace(/^-+$/, "") : ""),
        render: {
          option: function (data, escape) {
            return "<div>" + escape(data.text) + (data.hint ? '<span class="hint">' + escape(data.hint) + "</span>" : "") + "</div>";
          },
          option_create: function (data, escape) { return '<div class="create">' + escape(labels.create) + " “" + escape(data.input) + "”</div>"; },
          no_results: function () { return '<div class="no-results quiet">' + (labels.nothing || "—") + "</div>"; },
        },
      };
      if (url) {
        var asked = 0, settled = false;  // an answer that comes after the next question, or after the choice, is dropped
        options.preload = "focus";
        options.onType = function () { this.clearOptions(); };  // what was found for other letters fits no more
        options.onItemAdd = function () { asked += 1; settled = true; };
        options.load = function (text, done) {
          var picker = this, mine = (asked += 1);
          settled = false;
          fetch(url + (url.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(text), { headers: { Accept: "application/json" } })
            .then(function (answer) { return answer.json(); })
            .then(function (found) {
              if (mine === asked) { done(found); return; }
              done();
              if (settled) picker.close();
            }, function () { done(); });
        };
      }
      new TomSelect(select, options);
      select.setAttribute("aria-hidden", "true");
    });
  }

  // file_drop -------------------------------------------------------------------------------------------------------
  document.addEventListener("change", function (event) {
    var drop = event.target.closest("[data-file-drop]");
    if (!drop) return;
    var names = Array.from(event.target.files).map(function (file) { return file.name; });
    if (names.length) drop.querySelector("[data-file-name]").textContent = names.join(", ");
  });
  ["dragover", "dragleave", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      event.target.closest && event.target.closest("[data-file-drop]")?.classList.toggle("dragged-over", name === "dragover");
    });
  });

  // record tabs on a phone, and tabs of the composer --------------------------------------------------------------------
  document.addEventListener("click", function (event) {
    var tab = event.target.closest("[data-shows]");
    if (!tab) return;
    var group = tab.closest("[role=tablist]");
    group.querySelectorAll("[data-shows]").forEach(function (other) {
      var mine = other === tab;
      other.setAttribute("aria-selected", String(mine));
      other.tabIndex = mine ? 0 : -1;
      var panel = document.getElementById(other.dataset.shows);
      if (!panel) return;
      panel.classList.toggle("tab-open", mine);
      if (!panel.hasAttribute("data-tab")) panel.hidden = !mine;
    });
  });
  document.addEventListener("keydown", function (event) {
    var tab = event.target.closest && event.target.closest("[role=tablist] [data-shows]");
    if (!tab || !/^Arrow(Left|Right)$/.test(event.key)) return;
    var tabs = Array.from(tab.closest("[role=tablist]").querySelectorAll("[data-shows]"));
    var next = tabs[(tabs.indexOf(tab) + (event.key === "ArrowRight" ? 1 : -1) + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });

  // What scrolls sideways can be scrolled by keyboard, too.
  function bindScrolling(within) {
    within.querySelectorAll(".board, .table-frame").forEach(function (part) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    });
    within.querySelectorAll(".stage-path").forEach(function (path) {  // where it stands is in sight on a phone, too
      var now = path.querySelector("[aria-current]");
      if (now) path.scrollLeft = now.offsetLeft - path.offsetLeft - (path.clientWidth - now.offsetWidth) / 2;
    });
  }

  function bind(within) { bindBoard(within); bindPickers(within); bindScrolling(within); }
  document.addEventListener("DOMContentLoaded", function () { bind(document); });
  document.addEventListener("htmx:load", function (event) { bind(event.detail.elt); });
})();
