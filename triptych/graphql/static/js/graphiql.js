"use strict";
// GraphiQL acts as the signed-in member: it sends the session's cookie and its CSRF token, nothing else.
(function () {
  var place = document.getElementById("graphiql");
  var token = document.querySelector('meta[name="csrf-token"]').content;
  window.__webpack_nonce__ = document.querySelector('meta[name="style-nonce"]').content; // for the style of its dialogs

  function fetcher(request) {
    return fetch(place.dataset.endpoint, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(request),
    }).then(function (response) { return response.json(); });
  }

  // Its style sheet has fonts as data: addresses, which the policy refuses, so it is taken without them.
  function styled() {
    return fetch(place.dataset.style).then(function (response) { return response.text(); }).then(function (text) {
      var sheet = new CSSStyleSheet();
      sheet.replaceSync(text.replace(/@font-face\s*\{[^}]*\}/g, ""));
      document.adoptedStyleSheets = document.adoptedStyleSheets.concat(sheet);
    });
  }

  // Its editors have no names for screen readers, and what scrolls in them is not reached by keyboard.
  new MutationObserver(function () {
    place.querySelectorAll(".CodeMirror textarea:not([aria-label])").forEach(function (text) {
      text.setAttribute("aria-label", place.getAttribute("aria-label"));
    });
    place.querySelectorAll(".CodeMirror-scroll:not([tabindex='0'])").forEach(function (part) { part.tabIndex = 0; });
  }).observe(place, { childList: true, subtree: true });

  styled().then(function () {
    ReactDOM.createRoot(place).render(
      React.createElement(GraphiQL, {
        fetcher: fetcher,
        shouldPersistHeaders: false,
        isHeadersEditorEnabled: false,
        defaultQuery: "{\n  me { name role }\n  deals(first: 5) {\n    edges { node { name amount currency stage { name } } }\n  }\n}\n",
      }),
    );
  });
})();
