// Keeps the list of messages on the page in step with what is known, and the reader at the right place of it.

import { bubble, senderId } from "./bubbles.js";
import { avatar, byId, h } from "./dom.js";
import { dayName, dayOf } from "./clock.js";
import { measureFolds } from "./entities.js";
import { chat, markRead, messagesOf, state, unread } from "./state.js";

const GROUPED_SECONDS = 300;
const NEAR_PIXELS = 120;
const list = byId("messages");
const scroller = byId("scroller");
const drawn = new Map(); // key of a row -> {element, print}
let shownChat = 0;
let shownMe = 0;

/** Draws the open chat; rows that did not change keep their elements, so that focus and reveals stay. */
export function draw(press) {
  const other = shownChat !== state.open || shownMe !== state.me;
  const near = other || isNearEnd();
  const before = shownChat === state.open ? newestId() : 0;
  if (other) forget();
  [shownChat, shownMe] = [state.open, state.me];
  reconcile(rowsOf(messagesOf(state.open), press), other);
  measureFolds(list);
  const newest = messagesOf(state.open).at(-1);
  const mine = newest && newest.message_id > before && senderId(newest) === state.me;
  if (near || mine) toEnd(other || matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
  noticeReading();
}

const newestId = () => Number(list.querySelector("li[data-id]:last-of-type")?.dataset.id ?? 0);

function forget() {
  list.replaceChildren();
  drawn.clear();
}

/** What should stand there: days, messages, and the mark where the unread ones begin; `make` draws a row when needed. */
function rowsOf(messages, press) {
  const scene = { me: state.me, group: chat(state.open)?.owner === null, bot: state.facts.bot.id, press };
  const rows = [];
  let previous = null;
  if (!messages.length) rows.push({ key: "welcome", print: "", make: welcome });
  for (const message of messages) {
    if (!previous || dayOf(previous.date) !== dayOf(message.date)) {
      const make = () => h("li.day", {}, h("span", {}, dayName(message.date)));
      rows.push({ key: `day ${dayOf(message.date)}`, print: "", make });
    }
    const joins = belongs(message, previous);
    const print = `${joins}${JSON.stringify(message)}`;
    rows.push({ key: `m ${message.message_id}`, print, make: () => bubble(message, { ...scene, joins }) });
    previous = message;
  }
  return rows;
}

/** Whether a message goes on where the one above it ended. */
function belongs(message, above) {
  if (!above || above.reply_markup?.inline_keyboard) return false;
  return senderId(above) === senderId(message) && message.date - above.date < GROUPED_SECONDS;
}

/** What an empty chat says: a bot describes itself before it is started. */
function welcome() {
  const one = chat(state.open);
  const say = (title, text) => [h("strong", {}, title), h("p", {}, text)];
  if (one.owner === null) return h("li.welcome", {}, ...say("Nothing said yet", "Everybody here sees what you write."));
  return h("li.welcome", {}, avatar({ id: one.id, bot: true }), ...say("What can this bot do?", state.description));
}

function reconcile(rows, fresh) {
  const wanted = new Set(rows.map((row) => row.key));
  for (const [key, { element }] of drawn) {
    if (wanted.has(key)) continue;
    drawn.delete(key);
    vanish(element);
  }
  let at = firstStanding(list.firstElementChild);
  for (const { key, print, make } of rows) {
    const known = drawn.get(key);
    if (known?.print === print) {
      if (known.element === at) at = firstStanding(at.nextElementSibling);
      else list.insertBefore(known.element, at);
      continue;
    }
    const element = make();
    if (known) {
      if (known.element === at) at = firstStanding(at.nextElementSibling);
      element.classList.add("changed");
      const focused = known.element.contains(document.activeElement);
      known.element.replaceWith(element);
      if (focused) element.focus({ preventScroll: true });
    } else {
      if (!fresh) element.classList.add("arriving");
      list.insertBefore(element, at);
    }
    drawn.set(key, { element, print });
  }
}

const firstStanding = (element) => {
  while (element?.classList.contains("leaving")) element = element.nextElementSibling;
  return element;
};

function vanish(element) {
  element.classList.add("leaving");
  element.removeAttribute("data-id");
  element.inert = true;
  setTimeout(() => element.remove(), 220);
}

const isNearEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PIXELS;

export const toEnd = (behavior = "smooth") => scroller.scrollTo({ top: scroller.scrollHeight, behavior });

export function jump(id) {
  const row = list.querySelector(`li[data-id="${id}"]`);
  if (!row) return;
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  row.classList.remove("found");
  requestAnimationFrame(() => row.classList.add("found"));
}

const listening = new Set();
export const onReading = (tell) => listening.add(tell);

/** Marks as read what can be seen, and shows the way down to what cannot. */
export function noticeReading() {
  const near = isNearEnd();
  const looking = document.visibilityState === "visible" && state.open !== 0;
  if (near && looking) markRead(state.open);
  const count = unread(state.open);
  byId("newest").hidden = near;
  byId("newest-count").hidden = !count;
  byId("newest-count").textContent = count;
  listening.forEach((tell) => tell());
}

let frame = 0;
scroller.addEventListener("scroll", () => {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(noticeReading);
}, { passive: true });
document.addEventListener("visibilitychange", noticeReading);
byId("newest").addEventListener("click", () => toEnd());
new ResizeObserver(() => {
  measureFolds(list);
  noticeReading();
}).observe(scroller);
// A picture that arrives late must not push the newest message out of sight.
list.addEventListener("load", () => isNearEnd() && toEnd("instant"), true);
