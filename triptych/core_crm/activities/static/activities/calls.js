// A number that was clicked: the telephone dials, and a dialog asks how the call went.
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var number = event.target.closest && event.target.closest('a[href^="tel:"]');
    var record = number && document.querySelector("[data-logs-calls]");
    if (record) htmx.ajax("GET", record.dataset.logsCalls, { target: "#dialog", swap: "innerHTML" });
  });
})();
