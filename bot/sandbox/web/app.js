// Puts the page together: which chat is open, who one is, and what happens in the stand-ins.

import { byId } from "./dom.js";
import { follow, telegram } from "./api.js";
import { chat, fromBot, loadAll, loadChats, loadMessages, messagesOf, person, recall, remember, state } from "./state.js";
import * as chats from "./chats.js";
import * as composer from "./composer.js";
import * as conversation from "./conversation.js";
import * as acts from "./acts.js";
import * as guide from "./guide.js";
import * as world from "./world.js";
import { alertBox, copy, failure, toast } from "./notices.js";
import { inTelegram } from "./keyboard.js";
import { safeAddress } from "./entities.js";
import { tick } from "./clock.js";

const PHONE = matchMedia("(max-width: 719px)");
const WAIT_FOR_ANSWER_MS = 15_000;
const pressed = new Map(); // id of a callback query -> its button

// What a press in a message does

async function pressButton(message, button, element) {
  if (button.url) return openInTelegram(safeAddress(button.url));
  const typed = button.switch_inline_query_current_chat ?? button.switch_inline_query;
  if (typed !== undefined) return composer.write(`@${state.facts.bot.username} ${typed}`);
  if (button.callback_data === undefined) return toast("The demo cannot do what this button does.");
  element.setAttribute("aria-busy", "true");
  try {
    const body = { chat: message.chat.id, user: state.me, message: message.message_id, data: button.callback_data };
    const { callback_id: id } = await telegram.post("press", body);
    pressed.set(id, element);
    setTimeout(() => answered(id), WAIT_FOR_ANSWER_MS);
    if (/rental|order/i.test(button.text)) guide.done("orders");
  } catch (error) {
    element.removeAttribute("aria-busy");
    failure(error);
  }
  return undefined;
}

function answered(id) {
  pressed.get(id)?.removeAttribute("aria-busy");
  pressed.delete(id);
}

/** A link to the bot itself: its private chat, with the payload that the link carries. */
async function openInTelegram(address) {
  const parameters = address.searchParams;
  const name = (parameters.get("domain") ?? address.pathname.split("/")[1] ?? "").toLowerCase();
  const isBot = name === state.facts.bot.username.toLowerCase();
  if (!isBot) return toast("That leads to somebody else on Telegram, who is not in the demo.");
  go(state.me);
  const payload = parameters.get("start");
  if (payload !== null) await telegram.post("start", { user: state.me, payload }).catch(failure);
  return undefined;
}

const press = {
  button: pressButton,
  command: (text) => composer.send(text),
  reply: composer.replyTo,
  edit: composer.correct,
  jump: conversation.jump,
};

// Copying what is marked for it, and links that stay inside

function takePress(event) {
  const target = event.target.closest("[data-copy], #messages a[href]");
  if (!target) return;
  if (target.dataset.copy !== undefined) {
    if (!String(getSelection())) copy(target.dataset.copy);
    return;
  }
  const address = safeAddress(target.href);
  if (!address || !inTelegram(address)) return;
  event.preventDefault();
  openInTelegram(address);
}
document.addEventListener("click", takePress);
document.addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && event.target.matches?.("code[data-copy]")) {
    event.preventDefault();
    copy(event.target.dataset.copy);
  }
  if (event.key === "Escape" && PHONE.matches && state.open && !event.target.closest?.("dialog")) go(0);
});
byId("back").addEventListener("click", () => go(0));

// Where one is: the address after the # is the open chat, so that the phone's way back works

const go = (id) => { location.hash = id ? `#/${id}` : "#/"; };

function arrive() {
  const id = Number(/^#\/(-?\d+)$/.exec(location.hash)?.[1] ?? 0);
  const one = chat(id);
  if (!one && !PHONE.matches && state.chats.length) return location.replace(`#/${state.chats[0].id}`);
  state.open = one ? id : 0;
  if (one?.owner) state.me = one.owner;
  else if (one && !one.members.includes(state.me)) [state.me] = one.members;
  byId("app").dataset.view = one ? "chat" : "list";
  refresh();
  composer.loadCommands();
  return undefined;
}

/** In a private chat another person means another chat. */
function be(id) {
  const one = chat(state.open);
  state.me = id;
  remember("me", id);
  if (one?.owner) go(id);
  else {
    refresh();
    composer.loadCommands();
  }
}

function refresh() {
  chats.drawList();
  chats.drawPeople(be);
  chats.drawHead();
  if (!state.open) return;
  composer.follow();
  conversation.draw(press);
}

const redrawList = () => { chats.drawList(); chats.drawHead(); };
conversation.onReading(() => chats.drawList());

// What happens

const stale = new Set();
let reading = Promise.resolve();

/** Reads a chat again; events that come meanwhile share one reading. */
function reread(id) {
  if (stale.has(id)) return;
  stale.add(id);
  reading = reading.then(async () => {
    stale.delete(id);
    if (!chat(id)) await loadChats();
    await loadMessages(id);
    if (fromBot(messagesOf(id).at(-1) ?? {})) chats.stopTyping(id);
    noticeSteps(id);
    if (id === state.open) refresh();
    else redrawList();
  }).catch(failure);
}

function noticeSteps(id) {
  const asks = (message) => !fromBot(message) && /^\/(orders?|o)\b/.test(message.text ?? "");
  if (messagesOf(id).some(asks)) guide.done("orders");
}

let lookingFor = 0;
const lookAtTheMarket = () => Promise.all([guide.lookForProgress(), acts.drawStanding()]).catch(failure);

function happened(event) {
  if (event.kind === "toast") return answer(event);
  if (event.kind === "action") return chats.startTyping(event.chat, redrawList);
  if (event.kind === "commands") return composer.loadCommands();
  reread(event.chat);
  clearTimeout(lookingFor);
  lookingFor = setTimeout(lookAtTheMarket, 400);
  return undefined;
}

function answer({ user, text, show_alert: insistent }) {
  if (user !== state.me) return;
  [...pressed.keys()].forEach(answered);
  if (!text) return;
  if (insistent) alertBox(text);
  else toast(text);
}

function joined() {
  byId("connection").hidden = true;
  state.chats.forEach(({ id }) => reread(id));
  composer.loadCommands();
}

function lost() {
  byId("connection").hidden = false;
  byId("connection").textContent = "The demo does not answer. Is it still running?";
}

const verbs = {
  say: (text) => inPrivate(() => composer.send(text)),
  paste: (text) => inPrivate(() => composer.write(text)),
  copy,
  perform: acts.perform,
  show: () => world.show(true),
};

/** Does something in the private chat of whom one is; on a phone the panel makes room for it. */
function inPrivate(act) {
  if (world.isDrawer()) world.show(false);
  if (chat(state.open)?.owner === state.me) return act();
  addEventListener("hashchange", () => setTimeout(act), { once: true });
  return go(state.me);
}

async function begin() {
  try {
    await loadAll();
  } catch (error) {
    lost();
    setTimeout(begin, 2000);
    return;
  }
  state.me = Number(recall("me")) || state.facts.people[0].id;
  if (!person(state.me)) state.me = state.facts.people[0].id;
  acts.drawActs();
  guide.drawGuide(verbs);
  world.show(!world.isDrawer());
  addEventListener("hashchange", arrive);
  arrive();
  setInterval(() => tick(), 1000);
  lookAtTheMarket();
  follow({ each: happened, joined, lost });
  document.documentElement.dataset.ready = "true";
}

begin();
