// Remembers what the page knows: who there is, which chats, their messages, and what was read.

import { clore, demo, telegram } from "./api.js";

const MOST = 300;

export const state = {
  facts: null, // demo.json
  chats: [], // {id, type, title, owner: id of the person of a private chat or null, members: [ids]}
  messages: new Map(), // chat id -> messages, oldest first, deleted ones gone
  me: 0,
  open: 0, // chat id, 0: none
  acts: [],
  description: "", // what the bot says of itself
};

export const chat = (id) => state.chats.find((one) => one.id === id);
export const person = (id) => state.facts.people.find((one) => one.id === id);
export const messagesOf = (id) => state.messages.get(id) ?? [];
export const fromBot = (message) => message.from?.id === state.facts.bot.id;

export async function loadAll() {
  state.facts = await demo();
  [state.acts] = await Promise.all([clore.get("acts"), loadChats(), loadDescription()]);
  await Promise.all(state.chats.map(({ id }) => loadMessages(id)));
}

async function loadDescription() {
  const { texts } = await telegram.get("state");
  const own = texts.filter(({ name, text }) => name === "description" && text);
  const found = own.find(({ language }) => !language) ?? own[0];
  state.description = found?.text ?? "It runs your CLORE.AI rentals from a chat. Press START.";
}

export async function loadChats() {
  const { people } = state.facts;
  const lists = await Promise.all(people.map(({ id }) => telegram.get("chats", { user: id })));
  const found = new Map();
  lists.forEach((list, index) => list.forEach((entry) => {
    const known = found.get(entry.id) ?? { id: entry.id, type: entry.type, title: entry.title, owner: null, members: [] };
    known.members.push(people[index].id);
    if (entry.type === "private") known.owner = people[index].id;
    found.set(entry.id, known);
  }));
  state.chats = [...found.values()].sort((one, two) => (one.owner === null) - (two.owner === null));
}

export async function loadMessages(id) {
  const { messages } = await telegram.get("messages", { chat: id, limit: MOST });
  const living = messages.filter((message) => !message.deleted).sort((one, two) => one.message_id - two.message_id);
  state.messages.set(id, living);
}

// What was read lives as long as the tab and this run of the demo: a new run counts its messages from one again.
const shelf = (id) => `read ${state.facts.run} ${id}`;

export const lastRead = (id) => Number(sessionStorage.getItem(shelf(id)) ?? 0);

export function markRead(id) {
  const newest = messagesOf(id).at(-1)?.message_id ?? 0;
  if (newest > lastRead(id)) sessionStorage.setItem(shelf(id), newest);
}

export function unread(id) {
  const mine = chat(id)?.owner ?? state.me;
  return messagesOf(id).filter((message) => message.message_id > lastRead(id) && message.from?.id !== mine).length;
}

export const recall = (name) => sessionStorage.getItem(`${name} ${state.facts.run}`);
export const remember = (name, value) => sessionStorage.setItem(`${name} ${state.facts.run}`, value);
