// Gives the boxes that the admin's script draws over its select elements the names of their labels.
"use strict";
django.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!label || !box) continue;
    label.id ||= `${select.id}_label`;
    const shown = box.querySelector(".select2-selection__rendered");
    box.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
    shown.setAttribute("aria-labelledby", label.id);
  }
});
