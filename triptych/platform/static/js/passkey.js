// Passkeys: asks the device, puts its answer into the form's `credential`, and sends the form.
(function () {
  "use strict";
  if (!window.PublicKeyCredential) return;
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }
  function text(buffer) {
    if (!buffer) return undefined;
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function read(options) {
    var key = options.publicKey || options;
    var ids = function (list) { return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }); }); };
    var read = Object.assign({}, key, { challenge: bytes(key.challenge) });
    if (key.user) read.user = Object.assign({}, key.user, { id: bytes(key.user.id) });
    if (key.excludeCredentials) read.excludeCredentials = ids(key.excludeCredentials);
    if (key.allowCredentials) read.allowCredentials = ids(key.allowCredentials);
    return { publicKey: read };
  }
  function written(credential) {
    var answer = credential.response;
    return {
      id: credential.id, rawId: text(credential.rawId), type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment || undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: {
        clientDataJSON: text(answer.clientDataJSON), attestationObject: text(answer.attestationObject),
        authenticatorData: text(answer.authenticatorData), signature: text(answer.signature),
        userHandle: text(answer.userHandle), transports: answer.getTransports ? answer.getTransports() : undefined,
      },
    };
  }
  async function options(form) {
    var given = form.querySelector("#passkey-options");
    if (given) return JSON.parse(given.textContent);
    var answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
    return answer.json();
  }
  async function run(form) {
    var error = form.querySelector("[data-passkey-error]");
    error.hidden = true;
    try {
      var found = await options(form);
      var making = form.dataset.passkey === "create";
      var asked = read(making ? found.creation_options : found.request_options);
      if (making) asked.publicKey.authenticatorSelection =
        Object.assign({}, asked.publicKey.authenticatorSelection, { residentKey: "required", requireResidentKey: true, userVerification: "required" });
      var credential = making ? await navigator.credentials.create(asked) : await navigator.credentials.get(asked);
      form.querySelector("[name=credential]").value = JSON.stringify(written(credential));
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      error.hidden = false;
    }
  }
  document.querySelectorAll("[data-passkey-possible]").forEach(function (part) { part.hidden = false; });
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("form[data-passkey]")) return;
    event.preventDefault();
    run(event.target);
  });
})();
