// Account pages and settings: what a browser alone can know or do. Without it the pages lack these presses, no more.
"use strict";
(() => {
  const all = (selector) => document.querySelectorAll(selector);

  if (window.PublicKeyCredential) for (const element of all("[data-needs-passkey]")) element.hidden = false;

  document.addEventListener("allauth.error", (event) => {
    const failed = document.getElementById("passkey-failed");
    if (!failed) return;
    event.preventDefault();
    failed.hidden = true;
    failed.hidden = false;
  });

  for (const button of all("[data-shows]")) {
    const field = document.getElementById(button.dataset.shows);
    button.hidden = false;
    button.addEventListener("click", () => {
      const words = button.textContent;
      button.textContent = button.dataset.other;
      button.dataset.other = words;
      field.type = field.type === "password" ? "text" : "password";
    });
  }

  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const element of all("[data-zone]")) element.hidden = !timeZone || element.dataset.zone === timeZone;
})();
