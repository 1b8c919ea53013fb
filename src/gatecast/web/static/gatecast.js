// Small helps that pages do without where scripts are off.
"use strict";

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form) form.requestSubmit();
});

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    const field = zone.querySelector("input[type=file]");
    field.files = event.dataTransfer.files;
    field.form.requestSubmit();
  });
}

// A refused answer of htmx is a page worth reading: show it in place of the whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) event.detail.shouldSwap = true;
});

// Typed but not saved: say so, and ask before the page is left.
const unsaved = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !("warn" in form.dataset)) return;
  unsaved.add(form);
  for (const place of document.querySelectorAll(".unsaved")) place.textContent = "Unsaved changes";
});
document.addEventListener("submit", (event) => unsaved.delete(event.target));
window.addEventListener("beforeunload", (event) => {
  if (unsaved.size) event.preventDefault();
});

// The time of day of a moment, where the reader is.
const localTimes = (part) => {
  for (const time of part.querySelectorAll("time[datetime]")) {
    if (time.dataset.local) continue;
    const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
    time.dataset.local = "yes";
    time.append(", " + clock.format(new Date(time.dateTime)).replace(/\s?([AP])M$/, (_, half) => ` ${half.toLowerCase()}m`));
  }
};
document.addEventListener("DOMContentLoaded", () => localTimes(document));
document.addEventListener("htmx:load", (event) => localTimes(event.detail.elt));

// Say that a table is wider than its place, until it has been moved once.
const hintAtWide = (part) => {
  for (const place of part.querySelectorAll(".wider:not([data-hinted])")) {
    const hint = document.createElement("p");
    hint.className = "swipe";
    hint.setAttribute("aria-hidden", "true");
    hint.textContent = matchMedia("(pointer: coarse), (max-width: 44rem)").matches ? "Swipe for more →" : "Scroll sideways for more →";
    place.dataset.hinted = "yes";
    place.before(hint);
    const sizes = new ResizeObserver(() => { hint.hidden = place.scrollWidth <= place.clientWidth + 4; });
    for (const each of [place, ...place.children]) sizes.observe(each);
    place.addEventListener("scroll", () => { sizes.disconnect(); hint.remove(); }, { once: true });
  }
};
document.addEventListener("DOMContentLoaded", () => hintAtWide(document));
document.addEventListener("htmx:load", (event) => hintAtWide(event.detail.elt.parentElement ?? event.detail.elt));

// What a bar or a point says, for fingers, which cannot hover.
document.addEventListener("click", (event) => {
  document.querySelector(".tip")?.remove();
  const mark = event.target.closest("svg.chart *, svg.chart");
  const title = mark?.querySelector(":scope > title") ?? mark?.closest("svg")?.querySelector(":scope > title");
  if (!title) return;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  tip.textContent = title.textContent;
  document.body.append(tip);
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  tip.style.left = Math.max(8, Math.min(event.pageX, room)) + "px";
  tip.style.top = event.pageY + 14 + "px";
});
