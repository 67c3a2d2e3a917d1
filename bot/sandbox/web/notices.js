// Short words over the page: toasts, alert boxes, choices, and what was copied.

import { byId, h } from "./dom.js";

const TOAST_MS = 4500;

export function toast(text, kind = "") {
  const note = h(`div.toast${kind && `.${kind}`}`, {}, text);
  byId("toasts").append(note);
  while (byId("toasts").children.length > 4) byId("toasts").firstChild.remove();
  setTimeout(() => note.classList.add("leaving"), TOAST_MS);
  setTimeout(() => note.remove(), TOAST_MS + 300);
}

export const failure = (error) => toast(error.message, "bad");

const alerts = [];

/** A box that waits for OK; several wait for one another. */
export function alertBox(text) {
  alerts.push(text);
  const box = byId("alert");
  const next = () => {
    if (box.open || !alerts.length) return;
    byId("alert-text").textContent = alerts.shift();
    box.showModal();
  };
  box.onclose = next;
  next();
}

/** Lets the person pick one of `choices` ({label, value}); null when they do not want to. */
export function choose(title, choices) {
  const box = byId("chooser");
  byId("chooser-title").textContent = title;
  return new Promise((resolve) => {
    let chosen = null;
    const pick = (value) => () => {
      chosen = value;
      box.close();
    };
    const entry = ({ label, value }) => h("li", {}, h("button", { type: "button", onclick: pick(value) }, label));
    byId("chooser-list").replaceChildren(...choices.map(entry));
    box.onclose = () => resolve(chosen);
    box.showModal();
  });
}

/** Copies and says so; `saying` is shown shortened. */
export async function copy(text) {
  const ok = await written(text);
  const shown = text.length > 48 ? `${text.slice(0, 47)}…` : text;
  toast(ok ? `Copied: ${shown}` : "The browser does not let this page copy. Select the text instead.", ok ? "" : "bad");
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writtenByHand(text);
  }
}

/** The way of browsers that refuse the clipboard to a page that is not focused or not secure. */
function writtenByHand(text) {
  const area = h("textarea", { "aria-hidden": "true" });
  area.className = "offscreen";
  area.value = text;
  document.body.append(area);
  area.select();
  const ok = document.execCommand("copy");
  area.remove();
  return ok;
}
