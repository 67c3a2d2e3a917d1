// Draws the list of chats, the head of the open one, and the switch of who one is.

import { avatar, byId, h } from "./dom.js";
import { fromBot, messagesOf, person, state, unread, chat } from "./state.js";
import { preview, senderName, serviceText } from "./bubbles.js";
import { dayName, shortTime } from "./clock.js";

const TYPING_MS = 5500;
const typing = new Map(); // chat id -> when it ends

export const titleOf = (one) => (one.owner === null ? one.title : state.facts.bot.first_name);
const subjectOf = (one) => ({ id: one.id, name: titleOf(one), group: one.owner === null, bot: one.owner !== null });

export function drawList() {
  const rows = state.chats.map((one) => h("li", {}, entry(one)));
  const focused = document.activeElement?.closest?.("#chats a")?.dataset.chat;
  byId("chats").replaceChildren(...rows);
  if (focused) byId("chats").querySelector(`a[data-chat="${focused}"]`)?.focus({ preventScroll: true });
  const waiting = state.chats.map(({ id }) => unread(id));
  const elsewhere = state.chats.reduce((sum, { id }, index) => sum + (id === state.open ? 0 : waiting[index]), 0);
  badge(byId("back-unread"), elsewhere);
  const all = waiting.reduce((sum, count) => sum + count, 0);
  document.title = `${all ? `(${all}) ` : ""}CLORE bot demo`;
}

function badge(element, count) {
  element.hidden = !count;
  element.textContent = count > 99 ? "99+" : count;
}

function entry(one) {
  const last = messagesOf(one.id).at(-1);
  const count = unread(one.id);
  const whose = one.owner !== null && h("span.tag", {}, `as ${person(one.owner).first_name}`);
  const line = h("span.last", {}, isTyping(one.id) ? h("em", {}, "typing…") : lastLine(one, last));
  const unseen = count > 0 && h("span.badge", { "aria-label": `${count} unread` }, count);
  const current = one.id === state.open && "page";
  return h("a", { href: `#/${one.id}`, "data-chat": one.id, "aria-current": current },
    avatar(subjectOf(one)),
    h("span.entry", {},
      h("span.entry-top", {}, h("strong", {}, titleOf(one)), whose, last && h("time", {}, when(last.date))),
      h("span.entry-bottom", {}, line, unseen)));
}

const when = (unix) => (dayName(unix) === "Today" ? shortTime(unix) : dayName(unix));

function lastLine(one, last) {
  if (!last) return one.owner === null ? "Nothing said yet" : "Press START to begin";
  if (serviceText(last)) return preview(last);
  const mine = last.from?.id === (one.owner ?? state.me);
  const who = mine ? "You: " : one.owner === null && !fromBot(last) ? `${senderName(last)}: ` : "";
  return who + preview(last);
}

export function drawHead() {
  const one = chat(state.open);
  if (!one) return;
  byId("top-avatar").replaceChildren(avatar(subjectOf(one)));
  byId("top-title").textContent = titleOf(one);
  const status = byId("top-status");
  status.textContent = isTyping(one.id) ? "typing…" : one.owner === null ? `${one.members.length + 1} members` : "bot";
  status.classList.toggle("typing", isTyping(one.id));
}

export function drawPeople(be) {
  const one = chat(state.open);
  byId("people").replaceChildren(...state.facts.people.map((human) => {
    const chosen = human.id === state.me;
    const name = human.first_name;
    const radio = { role: "radio", "aria-checked": String(chosen), tabindex: chosen ? 0 : -1 };
    const choice = h("button", { type: "button", ...radio, title: `Be ${name}`, onclick: () => be(human.id) },
      avatar({ id: human.id, name }, "tiny"), h("span", {}, name));
    choice.disabled = Boolean(one && one.owner === null && !one.members.includes(human.id));
    return choice;
  }));
}

byId("people").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const choices = [...byId("people").children];
  const next = choices.at((choices.findIndex((choice) => choice.tabIndex === 0) + step) % choices.length);
  next.click();
  byId("people").querySelector("[aria-checked=true]")?.focus();
});

const isTyping = (id) => (typing.get(id) ?? 0) > performance.now();

export function startTyping(id, redraw) {
  typing.set(id, performance.now() + TYPING_MS);
  redraw();
  setTimeout(redraw, TYPING_MS + 50);
}

export const stopTyping = (id) => typing.delete(id);
