// “@” in a text field with data-mentions opens a list of colleagues: arrows choose, Enter or Tab takes, Escape closes.
(function () {
  "use strict";
  var list = null, field = null, from = 0, asked = 0;
  var options = function () { return list ? Array.from(list.children) : []; };
  function close() {
    if (list) list.remove();
    if (field) { field.removeAttribute("aria-activedescendant"); field.removeAttribute("aria-controls"); }
    list = field = null;
  }
  function choose(option) {
    options().forEach(function (other) { other.setAttribute("aria-selected", String(other === option)); });
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function take(option) {
    var text = "@" + option.dataset.name + " ", target = field;
    target.setRangeText(text, from, target.selectionStart, "end");
    close();
    target.focus();
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function show(people, target) {
    close();
    if (!people.length) return;
    field = target;
    list = document.createElement("ul");
    list.id = "mention-list";
    list.className = "mention-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", document.getElementById("phrases")?.dataset.people || "@");
    people.forEach(function (person, place) {
      var option = document.createElement("li");
      option.id = "mention-" + place;
      option.setAttribute("role", "option");
      option.dataset.name = person.text;
      option.textContent = person.text;
      option.addEventListener("pointerdown", function (event) { event.preventDefault(); take(option); });
      list.append(option);
    });
    target.after(list);
    target.setAttribute("aria-controls", list.id);
    choose(list.firstElementChild);
  }
  document.addEventListener("input", function (event) {
    var target = event.target;
    if (!target.matches || !target.matches("[data-mentions]")) return;
    var before = target.value.slice(0, target.selectionStart), match = /(^|[\s(])@([^\s@][^@\n]{0,30})?$/.exec(before);
    if (!match) return close();
    from = before.length - (match[2] || "").length - 1;
    var mine = (asked += 1);
    fetch("/notifications/people/?q=" + encodeURIComponent(match[2] || ""), { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (people) { if (mine === asked && document.activeElement === target) show(people, target); }, close);
  });
  document.addEventListener("keydown", function (event) {
    if (!list || event.target !== field) return;
    var all = options(), now = all.findIndex(function (one) { return one.getAttribute("aria-selected") === "true"; });
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      choose(all[(now + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      take(all[now]);
    } else if (event.key === "Escape") {
      close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", function (event) { if (event.target === field) close(); });
})();
