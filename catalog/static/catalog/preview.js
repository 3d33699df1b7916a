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
    const card = await response.text();
    if (response.ok && number === latest) swap(button.closest(".screen"), card);
  }

  // A new frame each time, shown when it is ready: a frame that went from page to page would fill the browser's
  // history, and blink.
  function swap(screen, card) {
    const [old, ...late] = screen.querySelectorAll("iframe");
    for (const frame of late) frame.remove();
    const fresh = old.cloneNode();
    fresh.removeAttribute("src");
    fresh.srcdoc = card;
    fresh.hidden = true;
    fresh.addEventListener("load", () => {
      old.remove();
      fresh.hidden = false;
    }, { once: true });
    screen.append(fresh);
  }

  const drawAll = () => {
    clearTimeout(waiting);
    latest += 1;
    // A lost connection leaves the card as it was drawn last; the next change draws it again.
    for (const button of buttons) draw(button, latest).catch(() => {});
  };

  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, REST_MS);
  };

  // A form that came back with errors holds what is not stored, and a new one has no card to show.
  if (document.querySelector(".errornote, .screen iframe:not([src])")) drawAll();

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  for (const button of buttons) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      drawAll();
    });
  }
})();
