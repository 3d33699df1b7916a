// Keeps the preview of a card up to date while its form is filled in. Without it the two buttons do the same.
"use strict";
(() => {
  const REST_MS = 500; // how long the form must rest before the card is drawn again
  const buttons = [...document.querySelectorAll("[data-preview]")];
  const form = buttons[0]?.form;
  if (!form) return;
  let waiting = 0;
  let latest = 0;

  async function draw(button, number) {
    const response = await fetch(button.formAction, { method: "POST", body: new FormData(form) });
    if (!response.ok || number !== latest) return;
    const frame = document.querySelector(`iframe[name="${button.formTarget}"]`);
    frame.srcdoc = await response.text();
  }

  const drawAll = () => {
    latest += 1;
    // A lost connection leaves the card as it was drawn last; the next change draws it again.
    for (const button of buttons) draw(button, latest).catch(() => {});
  };

  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, REST_MS);
  };

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  for (const button of buttons) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      drawAll();
    });
  }
})();
