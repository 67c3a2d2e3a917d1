// Draws the buttons under a message.

import { h, icon } from "./dom.js";
import { safeAddress } from "./entities.js";
import { copy } from "./notices.js";

/** `press(button, element)` is called for what the bot answers; copying and opening happen here. */
export function inlineKeyboard(rows, press) {
  if (!rows?.length) return null;
  const drawn = rows.map((row) => h("div.row", {}, ...row.map((button) => key(button, press))));
  return h("div.keyboard", { role: "group", "aria-label": "Buttons" }, ...drawn);
}

function key(button, press) {
  const style = ["primary", "success", "danger"].includes(button.style) ? `.${button.style}` : "";
  const address = button.url && safeAddress(button.url);
  if (address && !inTelegram(address)) {
    const outside = { href: address.href, target: "_blank", rel: "noopener noreferrer" };
    return h(`a.key${style}`, outside, h("span", {}, button.text), icon("link"));
  }
  const element = h(`button.key${style}`, { type: "button", disabled: Boolean(button.disabled) }, h("span", {}, button.text));
  if (button.copy_text) {
    element.append(icon("copy"));
    element.title = "Copies to the clipboard";
    element.addEventListener("click", () => copy(button.copy_text.text));
  } else {
    if (button.url) element.append(icon("link"));
    element.addEventListener("click", () => press(button, element));
  }
  return element;
}

export const inTelegram = (address) => address.protocol === "tg:" || ["t.me", "telegram.me"].includes(address.hostname);

/** Keyboard under the message field: words that are sent, or a chat that is shared. */
export function replyKeyboard(markup, press) {
  return markup.keyboard.map((row) =>
    h("div.row", {}, ...row.map((button) => {
      const made = typeof button === "string" ? { text: button } : button;
      return h("button.key", { type: "button", onclick: () => press(made) }, h("span", {}, made.text));
    })),
  );
}
