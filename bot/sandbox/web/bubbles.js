// Draws one message.

import { avatar, h, hue, icon } from "./dom.js";
import { rendered } from "./entities.js";
import { inlineKeyboard } from "./keyboard.js";
import { shortTime, wholeTime } from "./clock.js";
import { telegram } from "./api.js";

const nameOf = (person) => [person?.first_name, person?.last_name].filter(Boolean).join(" ");
export const senderName = (message) => message.sender_chat?.title ?? (nameOf(message.from) || "Somebody");
export const senderId = (message) => message.sender_chat?.id ?? message.from?.id ?? 0;

/** What a list or a quotation shows of a message: one line. */
export function preview(message) {
  if (message.text) return message.text.replace(/\s+/g, " ");
  if (message.photo) return message.caption ? `Picture, ${message.caption}` : "Picture";
  if (message.document) return message.document.file_name ?? "File";
  return serviceText(message) ?? "Message";
}

/** Words for what is no message of anybody's; null for an ordinary message. */
export function serviceText(message) {
  const who = senderName(message);
  const { new_chat_members: come, left_chat_member: gone } = message;
  if (come) return come[0].id === senderId(message) ? `${who} joined the group` : `${who} added ${come.map(nameOf).join(", ")}`;
  if (gone) return gone.id === senderId(message) ? `${who} left the group` : `${who} removed ${nameOf(gone)}`;
  if (message.new_chat_title) return `${who} changed the name to “${message.new_chat_title}”`;
  if (message.pinned_message) return `${who} pinned “${preview(message.pinned_message).slice(0, 40)}”`;
  if (message.group_chat_created || message.supergroup_chat_created) return `${who} created the group`;
  if (message.migrate_to_chat_id) return "This group became a supergroup";
  if (message.migrate_from_chat_id) return "This supergroup was a group";
  if (message.forum_topic_created) return `Topic “${message.forum_topic_created.name}”`;
  if (message.forum_topic_closed) return "The topic was closed";
  if (message.forum_topic_reopened) return "The topic was opened again";
  if (message.chat_shared) return `${who} shared a chat with the bot`;
  return null;
}

/**
 * `scene`: {me, group, bot: the bot's id, press: {button, command, reply, edit, jump}, joins: it follows a message of
 * the same sender}.
 */
export function bubble(message, scene) {
  const service = serviceText(message);
  if (service) return h("li.service", { "data-id": message.message_id }, h("span", {}, service));
  const sender = { id: senderId(message), name: senderName(message), bot: senderId(message) === scene.bot };
  const own = sender.id === scene.me;
  const row = h(`li.message.${own ? "own" : "other"}`, { "data-id": message.message_id, tabindex: -1 });
  if (scene.joins) row.classList.add("joins");
  if (scene.group && !own) row.append(avatar(sender, "small"));
  const press = (button, element) => scene.press.button(message, button, element);
  const keyboard = inlineKeyboard(message.reply_markup?.inline_keyboard, press);
  row.append(h("div.stack", {}, body(message, scene, sender, own), keyboard));
  return row;
}

function body(message, scene, sender, own) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities;
  const words = text && h("div.text", {}, rendered(text, entities, scene.press), meta(message, own));
  const named = scene.group && !own && !scene.joins;
  const box = h("div.bubble", {},
    h("span.sr", {}, `${own ? "You" : sender.name}: `),
    named && h("div.sender", { "data-hue": hue(sender), "aria-hidden": "true" }, sender.name),
    message.via_bot && h("div.via", {}, `via @${message.via_bot.username}`),
    quoted(message, scene),
    picture(message),
    file(message),
    words || meta(message, own),
    tools(message, scene, own));
  if (message.photo) box.classList.add("with-picture");
  if (message.photo && !text) box.classList.add("bare");
  if (own && isEmojiOnly(text)) box.classList.add("big");
  return box;
}

const EMOJI = /^\p{Extended_Pictographic}[\p{Extended_Pictographic}\u200d\ufe0f]*$/u;
const isEmojiOnly = (text) => text.length <= 12 && EMOJI.test(text);

function quoted(message, scene) {
  const original = message.reply_to_message;
  if (!original || original.forum_topic_created) return null;
  const words = message.quote?.text ?? preview(original);
  const who = senderName(original);
  const show = () => scene.press.jump(original.message_id);
  const properties = { type: "button", "aria-label": `In reply to ${who}: ${words}`, onclick: show };
  return h("button.reply-to", properties, h("strong", {}, who), h("span", {}, words));
}

function picture(message) {
  if (!message.photo?.length) return null;
  const largest = message.photo.at(-1);
  const alt = message.caption ? `Picture: ${message.caption.split("\n")[0]}` : "Picture";
  const image = h("img", { src: telegram.file(message.file ?? ""), alt, loading: "lazy" });
  if (largest.width && largest.height) Object.assign(image, { width: largest.width, height: largest.height });
  return h("a.picture", { href: image.getAttribute("src"), target: "_blank", rel: "noopener" }, image);
}

function file(message) {
  const document = message.document;
  if (!document) return null;
  const name = document.file_name ?? "file";
  const words = h("span.file-words", {}, h("strong", {}, name), h("small", {}, inBytes(document.file_size)));
  const link = message.file ? { href: telegram.file(message.file), download: name } : {};
  return h("a.file", link, h("span.file-icon", {}, icon("file")), words);
}

function inBytes(size) {
  if (size === undefined) return "";
  return size < 1024 ? `${size} B` : `${(size / 1024).toFixed(1)} KB`;
}

function meta(message, own) {
  return h("span.meta", {},
    message.protected && icon("lock", "Protected: cannot be forwarded or saved"),
    message.silent && !own && icon("silent", "Sent without a sound"),
    message.edited && h("span", {}, "edited"),
    h("time", { datetime: new Date(message.date * 1000).toISOString(), title: wholeTime(message.date) }, shortTime(message.date)),
    own && icon("checks"));
}

function tools(message, scene, own) {
  const tool = (name, label, onclick) => h("button.round", { type: "button", "aria-label": label, onclick }, icon(name));
  return h("span.tools", {},
    own && message.text && !message.via_bot && tool("edit", "Edit", () => scene.press.edit(message)),
    tool("reply", "Reply", () => scene.press.reply(message)));
}
