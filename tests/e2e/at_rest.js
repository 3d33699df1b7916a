// Marks the page while it takes presses: readback.js lets none count within 250 ms of a swap, nor while one is under
// way. It also turns a violation of the content security policy into an error on the console.
(() => {
  const restsAfterMs = () => document.getElementById("study") ? 260 : 0;
  let timer = 0;
  const moving = () => {
    clearTimeout(timer);
    document.documentElement.removeAttribute("data-at-rest");
  };
  const settling = () => {
    moving();
    timer = setTimeout(() => document.documentElement.setAttribute("data-at-rest", ""), restsAfterMs());
  };
  addEventListener("DOMContentLoaded", settling);
  addEventListener("htmx:beforeRequest", moving);
  addEventListener("htmx:afterSwap", moving);
  addEventListener("htmx:afterRequest", settling);
  addEventListener("htmx:load", settling);
  addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI} in ${event.sourceFile}:${event.lineNumber}`);
  });
})();
