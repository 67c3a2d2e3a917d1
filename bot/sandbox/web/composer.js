// The message field: words, commands, replies, corrections, files.

import { byId, h } from "./dom.js";
import { preview, senderId, senderName } from "./bubbles.js";
import { chat, fromBot, messagesOf, state } from "./state.js";
import { telegram } from "./api.js";
import { choose, failure } from "./notices.js";
import { replyKeyboard } from "./keyboard.js";
import { titleOf } from "./chats.js";
import * as inline from "./inline.js";

const say = byId("say");
const menu = byId("menu");
const MOST_FILE_BYTES = 1_000_000;
let about = null; // {kind: "reply" | "edit", message}
let known = []; // commands of the open chat
let chosen = -1;
const drafts = new Map(); // chat id -> what stands in its field
const answered = new Set(); // questions that were answered or put aside
let shown = 0;

/** Follows the open chat: its draft, its commands, and whether the bot waits for an answer. */
export function follow() {
  if (shown !== state.open) {
    drafts.set(shown, say.value);
    shown = state.open;
    say.value = drafts.get(shown) ?? "";
    put(null);
    grow();
    inline.leave();
    closeMenu();
  }
  const one = chat(state.open);
  const fresh = Boolean(one && one.owner !== null && messagesOf(one.id).length === 0);
  byId("start").hidden = !fresh;
  byId("line").hidden = fresh;
  if (about && !messagesOf(state.open).some(({ message_id: id }) => id === about.message.message_id)) put(null);
  askedToReply();
  drawKeys();
}

export async function loadCommands() {
  const one = state.open;
  const found = one ? await telegram.get("commands", { chat: one, user: state.me }).catch(() => []) : [];
  if (one === state.open) known = found;
}

/** A question of the bot takes the field over, unless something else is being written about. */
function askedToReply() {
  const last = messagesOf(state.open).filter(fromBot).at(-1);
  const markup = last?.keyboard;
  if (!markup?.force_reply || answered.has(keyOf(last)) || about) return;
  const named = senderId(last.reply_to_message ?? {}) === state.me || mentions(last, state.me);
  const meant = named || !markup.selective || chat(state.open).owner !== null;
  if (!meant || messagesOf(state.open).at(-1) !== last) return;
  put({ kind: "reply", message: last });
  say.placeholder = markup.input_field_placeholder ?? "Your answer";
  if (!matchMedia("(max-width: 719px)").matches) say.focus({ preventScroll: true });
}

const keyOf = (message) => `${message.chat.id} ${message.message_id}`;
const mentions = (message, id) => (message.entities ?? []).some((entity) => entity.user?.id === id);

export function put(next) {
  if (about?.kind === "edit" && next?.kind !== "edit") say.value = "";
  if (about) answered.add(keyOf(about.message));
  about = next;
  byId("quote").hidden = !about;
  say.placeholder = "Message";
  if (!about) return;
  byId("quote-title").textContent = about.kind === "edit" ? "Edit the message" : `Reply to ${senderName(about.message)}`;
  byId("quote-text").textContent = preview(about.message);
  if (about.kind === "edit") say.value = about.message.text;
  grow();
}

export function write(text) {
  say.value = text;
  grow();
  suggest();
  say.focus();
}

export const replyTo = (message) => { put({ kind: "reply", message }); say.focus(); };
export const correct = (message) => { put({ kind: "edit", message }); say.focus(); };

export async function send(text) {
  const [target, me, subject] = [state.open, state.me, about];
  const words = text.trim();
  if (!words) return;
  const body = { chat: target, user: me, text: words };
  try {
    if (subject?.kind === "edit") await telegram.post("edit", { ...body, message: subject.message.message_id });
    else await telegram.post("message", subject ? { ...body, reply_to: subject.message.message_id } : body);
    if (about === subject) put(null);
  } catch (error) {
    if (!say.value) write(words);
    failure(error);
  }
}

function submit() {
  const words = say.value;
  if (about?.kind !== "edit") say.value = "";
  grow();
  inline.leave();
  closeMenu();
  send(words);
}

// In a group a command says which bot is meant, as Telegram's own clients do.
function addressed(command) {
  return chat(state.open)?.owner === null ? `${command}@${state.facts.bot.username}` : command;
}

function suggest() {
  if (inline.follow(say.value, openInline)) return closeMenu();
  const typed = /^\/([a-z0-9_]*)$/i.exec(say.value);
  const found = typed ? known.filter(({ command }) => command.startsWith(typed[1].toLowerCase())) : [];
  return found.length ? openCommands(found, typed[1] ? 0 : -1) : closeMenu();
}

function openCommands(commands, first) {
  openMenu("Commands", commands.map(({ command, description }) => {
    const properties = { "data-command": command, onclick: () => pick(command) };
    return h("li", properties, h("strong", {}, `/${command}`), h("span", {}, description));
  }), first);
}

/** What the bot answers while it is asked in the field; choosing sends it to the chat that is open. */
function openInline(query, results) {
  openMenu("Results", results.map(({ id, title, description }) => {
    const onclick = () => { write(""); inline.choose(query, id).catch(failure); };
    return h("li.result", { "data-result": id, onclick }, h("strong", {}, title), h("span", {}, description ?? ""));
  }), 0);
}

function openMenu(name, options, first) {
  options.forEach((option, index) => { option.id = `option-${index}`; option.setAttribute("role", "option"); });
  menu.replaceChildren(...options);
  menu.setAttribute("aria-label", name);
  menu.hidden = false;
  expanded(true);
  choosing(first);
}

function closeMenu() {
  menu.hidden = true;
  expanded(false);
  say.removeAttribute("aria-activedescendant");
  chosen = -1;
}

function expanded(open) {
  say.setAttribute("aria-expanded", open);
  byId("commands").setAttribute("aria-expanded", open);
}

function choosing(index) {
  const options = [...menu.children];
  chosen = options.length ? (index + options.length) % options.length : -1;
  if (index < 0) chosen = -1;
  options.forEach((option, at) => option.setAttribute("aria-selected", at === chosen));
  options[chosen]?.scrollIntoView({ block: "nearest" });
  if (chosen >= 0) say.setAttribute("aria-activedescendant", `option-${chosen}`);
}

function pick(command) {
  say.value = "";
  grow();
  closeMenu();
  send(addressed(`/${command}`));
}

function onKey(event) {
  if (event.isComposing) return;
  if (!menu.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    choosing(event.key === "ArrowDown" ? chosen + 1 : chosen < 1 ? menu.children.length - 1 : chosen - 1);
  } else if (!menu.hidden && event.key === "Tab" && menu.querySelector("[data-command]")) {
    event.preventDefault();
    write(`${addressed(`/${menu.children[Math.max(chosen, 0)].dataset.command}`)} `);
  } else if (event.key === "Escape") {
    if (!menu.hidden) closeMenu();
    else if (about) put(null);
    else return;
    event.stopPropagation();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (!menu.hidden && chosen >= 0) menu.children[chosen].click();
    else submit();
  } else if (event.key === "ArrowUp" && !say.value && !about) {
    const last = messagesOf(state.open).filter((message) => senderId(message) === state.me && message.text).at(-1);
    if (!last) return;
    event.preventDefault();
    correct(last);
  }
}

function grow() {
  say.style.height = "auto";
  say.style.height = `${Math.min(say.scrollHeight, 180)}px`;
  byId("composer").classList.toggle("written", Boolean(say.value.trim()));
}

/** The keyboard of the last message that carries one, until the bot takes it away. */
function drawKeys() {
  const last = messagesOf(state.open).filter(({ keyboard: markup }) => markup?.keyboard || markup?.remove_keyboard).at(-1);
  const markup = last?.keyboard;
  byId("keys").hidden = !markup?.keyboard;
  byId("keys").replaceChildren(...(markup?.keyboard ? replyKeyboard(markup, pressKey) : []));
}

async function pressKey(button) {
  if (!button.request_chat) return send(button.text);
  const groups = state.chats.filter((one) => one.owner === null);
  const shared = await choose(button.text, groups.map((one) => ({ label: titleOf(one), value: one.id })));
  if (shared === null) return undefined;
  const { request_id } = button.request_chat;
  return telegram.post("share", { chat: state.open, user: state.me, request_id, shared_chat: shared }).catch(failure);
}

async function sendFile() {
  const [picked] = byId("file").files;
  byId("file").value = "";
  if (!picked) return;
  if (picked.size > MOST_FILE_BYTES) return failure(new Error("The demo takes text files of up to 1 MB."));
  const document = { name: picked.name, text: await picked.text() };
  return telegram.post("message", { chat: state.open, user: state.me, document }).catch(failure);
}

say.addEventListener("input", () => { grow(); suggest(); });
say.addEventListener("keydown", onKey);
// A press on the menu, or on its button, must not take the field's focus, which would close the menu first.
for (const part of [menu, byId("commands")]) part.addEventListener("mousedown", (event) => event.preventDefault());
say.addEventListener("blur", () => { inline.leave(); closeMenu(); });
byId("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); say.focus(); });
byId("commands").addEventListener("click", () => {
  if (!menu.hidden) return closeMenu();
  say.focus();
  if (known.length) openCommands(known, -1);
  return undefined;
});
byId("quote-drop").addEventListener("click", () => { put(null); say.focus(); });
byId("start").addEventListener("click", () => send("/start"));
byId("attach").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", sendFile);
