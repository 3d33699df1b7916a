// Readback's one script. Every page works without it: it clicks the page's own buttons, puts focus where it belongs
// after a swap, and says so when a press was not sent.
"use strict";
(() => {
  const SETTLE_MS = 250; // a press this soon after a swap was meant for what stood there before
  const PATIENCE_MS = 400; // only after this long does a button say that it is being sent
  const doc = document;
  const root = doc.documentElement;
  const study = () => doc.getElementById("study");
  const find = (selector) => study()?.querySelector(selector);

  let settledAt = performance.now();
  let pressed = null; // the button or link whose request is under way
  let waiting = 0;
  let restore = null;

  // Presses ---------------------------------------------------------------------------------------------------------

  const PRESSABLE = "#study :is(button, a.btn, .quiet > a, [hx-get])";
  doc.addEventListener("click", (event) => {
    if (!event.target.closest?.(PRESSABLE)) return;
    if (pressed || performance.now() - settledAt < SETTLE_MS) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // The button that is seen, for the hidden one that the enter key presses in a field.
  const seen = (button) => button.matches("[tabindex='-1']") ? find(".acts .primary") : button;

  function begin(button) {
    pressed = button;
    waiting = setTimeout(() => {
      const shown = find(".resend button") ?? seen(button);
      if (!shown) return;
      const label = shown.getAttribute("aria-label");
      const before = [...shown.childNodes];
      shown.removeAttribute("aria-label");
      shown.replaceChildren(doc.getElementById("unsent")?.dataset.sending ?? "…");
      shown.classList.add("sending");
      restore = () => {
        shown.replaceChildren(...before);
        shown.classList.remove("sending");
        if (label) shown.setAttribute("aria-label", label);
      };
    }, PATIENCE_MS);
  }

  function end() {
    clearTimeout(waiting);
    restore?.();
    restore = pressed = null;
  }

  doc.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.closest("#study")) begin(event.detail.elt);
  });
  doc.addEventListener("htmx:afterRequest", end);
  // A form that the browser itself sends leaves the page: one press is enough.
  doc.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && event.submitter?.closest("#study")) begin(event.submitter);
  });

  // Swaps -----------------------------------------------------------------------------------------------------------

  doc.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target !== study() && xhr.status < 400) return;
    const usable = xhr.responseText.includes('id="study"');
    if (xhr.status >= 400 && usable) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (xhr.status < 400 && !usable) {
      event.detail.shouldSwap = false;
      location.assign("/study/");
    }
  });

  doc.addEventListener("htmx:afterSwap", () => { settledAt = performance.now(); });
  doc.addEventListener("htmx:load", (event) => {
    prepare();
    if (event.detail.elt.id === "outcomes") find("#question")?.focus({ preventScroll: true });
    if (event.detail.elt.id !== "study") return;
    settledAt = performance.now();
    const field = find("#typed[aria-describedby]");
    const target = field ?? find("#question");
    scrollTo({ top: 0, behavior: "instant" });
    target?.focus({ preventScroll: true });
    field?.setSelectionRange(field.value.length, field.value.length);
  });

  // What was not sent -----------------------------------------------------------------------------------------------

  // The request is made again by the same button from the same form: its ticket counts once, however often it arrives.
  function notSent(button, offline) {
    const template = doc.getElementById("unsent");
    const acts = find(".acts:not(.resend)");
    if (!template || !acts || !button?.isConnected) return;
    const words = template.dataset;
    const name = button.dataset.label ?? button.firstChild?.textContent.trim() ?? "";
    let rest = words.look;
    if (button.hasAttribute("hx-post")) {
      if ("check" in button.dataset) rest = words.check;
      else rest = (button.dataset.label ? words.answer : words.press).replace("%s", name);
      if (!offline) rest = words.kept;
    }
    find(".unsent")?.remove();
    find(".resend")?.remove();
    const copy = template.content.cloneNode(true);
    copy.querySelector("b").textContent = offline ? words.offline : words.fault;
    copy.querySelector("span").textContent = rest;
    const again = copy.querySelector("button");
    again.addEventListener("click", () => button.click());
    acts.before(copy);
    acts.hidden = true;
    again.focus({ preventScroll: true });
  }
  const unsent = (offline) => (event) => {
    const button = event.detail.elt;
    if (!button.closest("#study")) return;
    end();
    notSent(button, offline);
  };
  doc.addEventListener("htmx:sendError", unsent(true));
  doc.addEventListener("htmx:timeout", unsent(true));
  doc.addEventListener("htmx:responseError", unsent(false));

  // Keys ------------------------------------------------------------------------------------------------------------

  const TYPING = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=submit], [type=button])";
  const menu = () => doc.querySelector(".more[open]");

  function closeMenu() {
    const open = menu();
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  }

  function showKeys() {
    closeMenu();
    doc.getElementById("keys")?.showModal();
  }

  function press(element) {
    if (!element || element.getAttribute("aria-disabled") === "true") return false;
    if (element.matches("input")) element.focus();
    element.click();
    return true;
  }

  function forward() {
    const field = find("#typed");
    if (field && !field.value) { field.focus(); return true; }
    return press(find(".resend [data-default]") ?? find("[data-default]"));
  }

  doc.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const confirming = key === "Enter" || key === " ";
    const typing = target.closest?.(TYPING);
    if (!study() || event.defaultPrevented || event.isComposing) return;
    if (event.repeat) {
      if (confirming && !(typing && key === " ")) event.preventDefault();
      return;
    }
    if (key === "Escape" && menu()) { closeMenu(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing || menu() || doc.querySelector("dialog[open]")) return;
    if (doc.body.dataset.keys === "off") return;
    if (confirming) {
      const own = target.closest?.("a, button, summary, input");
      const native = own && (key === "Enter" || !own.matches("a, [type=radio]"));
      if (!native && forward()) event.preventDefault();
    } else if (key === "?") {
      showKeys();
    } else if (/^[a-eu0-9]$/.test(key)) {
      if (press(find(`[data-key="${key}"]`))) event.preventDefault();
    }
  });

  // Menu and dialog -------------------------------------------------------------------------------------------------

  doc.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-opens=keys]") && doc.getElementById("keys")) {
      event.preventDefault();
      showKeys();
    }
    const open = menu();
    if (open && !open.contains(event.target)) open.open = false;
  });
  doc.addEventListener("focusout", (event) => {
    const open = menu();
    if (open && event.relatedTarget && !open.contains(event.relatedTarget)) open.open = false;
  });

  // The rest --------------------------------------------------------------------------------------------------------

  function prepare() {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    for (const field of doc.querySelectorAll(".js-zone")) if (!field.value) field.value = timeZone ?? "";
    // Code wider than its box is scrolled with the arrow keys, so focus must reach it.
    for (const box of doc.querySelectorAll("pre")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }

  doc.addEventListener("change", (event) => event.target.form?.matches(".js-auto") && event.target.form.requestSubmit());

  // A page from the browser's memory shows a card that may be answered by now.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    end();
    if (study()) location.replace("/study/");
  });

  // Where a keyboard on the screen covers the page instead of shortening it, the bar stands on the keyboard.
  const view = window.visualViewport;
  view?.addEventListener("resize", () => {
    const hidden = view.scale > 1 ? 0 : Math.max(0, root.clientHeight - view.height - view.offsetTop);
    if (hidden || root.style.length) root.style.setProperty("--keyboard", `${Math.round(hidden)}px`);
  });

  prepare();
})();
