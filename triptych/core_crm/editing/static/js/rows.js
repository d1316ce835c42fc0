// Lists of inputs in forms (emails, phones, addresses): “Add another” puts an empty row below the last one.
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var add = event.target.closest("[data-add-row]");
    if (!add) return;
    var rows = add.closest("[data-rows]");
    var number = rows.querySelectorAll(":scope > [data-row-of-many]").length;
    var row = rows.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelectorAll("[name]").forEach(function (input) { input.name = input.name.replace("__number__", number); });
    add.before(row);
    row.querySelector("input").focus();
  });
})();
