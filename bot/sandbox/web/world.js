// The panel at the side: a column on a wide window, a drawer on a narrow one.

import { byId } from "./dom.js";

const NARROW = matchMedia("(max-width: 1099px)");
const app = byId("app");

export const isDrawer = () => NARROW.matches;
export const isOpen = () => app.dataset.world === "open";

export function show(open) {
  const drawer = NARROW.matches;
  app.dataset.world = open ? "open" : "closed";
  byId("world").inert = !open;
  byId("shade").hidden = !(open && drawer);
  byId("sidebar").inert = byId("conversation").inert = open && drawer;
  for (const button of document.querySelectorAll(".world-toggle")) button.setAttribute("aria-expanded", open);
  if (open && drawer) byId("world-close").focus();
}

for (const button of document.querySelectorAll(".world-toggle")) button.addEventListener("click", () => show(!isOpen()));
byId("world-close").addEventListener("click", () => show(false));
byId("shade").addEventListener("click", () => show(false));
byId("world").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !NARROW.matches) return;
  event.stopPropagation();
  show(false);
  document.querySelector("#conversation .world-toggle").focus();
});
NARROW.addEventListener("change", () => show(!NARROW.matches));
