// Sign-up: proposes the address from the name until somebody types one, and knows the browser's time zone.
(function () {
  "use strict";
  var form = document.querySelector("form[data-sign-up]");
  if (!form) return;
  var address = form.elements.subdomain, own = Boolean(address.value);
  form.elements.timezone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  function propose(text) {
    address.value = text;
    htmx.trigger(address, "input");
  }
  address.addEventListener("input", function (event) { if (event.isTrusted) own = Boolean(address.value); });
  form.elements.name.addEventListener("input", function (event) {
    if (own) return;
    var plain = event.target.value.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    propose(plain.replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 40));
  });
  document.addEventListener("click", function (event) {
    var taken = event.target.closest("[data-proposal]");
    if (taken) { own = true; propose(taken.dataset.proposal); address.focus(); }
  });
})();
