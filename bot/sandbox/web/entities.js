// Turns a text and its entities into elements. Texts become text nodes, so nothing in a message can become markup.

import { h, icon } from "./dom.js";
import { formatted, wholeTime } from "./clock.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };
const BLOCKS = new Set(["blockquote", "expandable_blockquote", "pre"]);
const RANK = ["blockquote", "expandable_blockquote", "pre", "text_link", ...Object.keys(TAGS), "spoiler"];

/** Lines break as written, but not directly before and after a block, which breaks them already. */
export function rendered(text, entities, press) {
  const outerFirst = (one, two) => one.offset - two.offset || two.length - one.length || rank(one) - rank(two);
  const sorted = [...(entities ?? [])].sort(outerFirst);
  const fragment = document.createDocumentFragment();
  fill(fragment, text, sorted, 0, text.length, press);
  return fragment;
}

const rank = (entity) => (RANK.indexOf(entity.type) + RANK.length) % RANK.length;

function fill(parent, text, entities, from, to, press) {
  let at = from;
  let afterBlock = false;
  const plain = (end, beforeBlock) => {
    let words = text.slice(at, end);
    if (afterBlock && words.startsWith("\n")) words = words.slice(1);
    if (beforeBlock && words.endsWith("\n")) words = words.slice(0, -1);
    if (words) parent.append(words);
  };
  while (entities.length && entities[0].offset < to) {
    const entity = entities.shift();
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) continue;
    plain(start, BLOCKS.has(entity.type));
    const [outer, inner] = element(entity, text.slice(start, end), press);
    if (inner) fill(inner, text, entities, start, end, press);
    while (entities.length && entities[0].offset < end) entities.shift();
    parent.append(outer);
    at = end;
    afterBlock = BLOCKS.has(entity.type);
  }
  plain(to, false);
}

/** The element, and where its text goes; null where the text is already in it. */
function element(entity, words, press) {
  const tag = TAGS[entity.type];
  if (tag) return same(h(tag));
  switch (entity.type) {
    case "code":
      return same(h("code", { tabindex: 0, role: "button", title: "Copy", "data-copy": words }));
    case "pre":
      return preformatted(entity, words);
    case "spoiler":
      return same(h("span.spoiler", { ...HIDDEN, onclick: reveal, onkeydown: onEnter(reveal) }));
    case "blockquote":
      return same(h("blockquote"));
    case "expandable_blockquote":
      return expandable();
    case "url":
      return link(/^[a-z][a-z0-9+.-]*:/i.test(words) ? words : `https://${words}`);
    case "text_link":
      return link(entity.url);
    case "email":
      return link(`mailto:${words}`);
    case "bot_command":
      return same(h("button.inline", { type: "button", onclick: () => press.command(words) }));
    case "date_time":
      return moment(entity, words);
    case "mention": case "text_mention": case "hashtag": case "cashtag":
      return same(h("span.mention"));
    default:
      return same(h("span"));
  }
}

const same = (node) => [node, node];
const HIDDEN = { tabindex: 0, role: "button", "aria-label": "Hidden text: press to show it" };

const onEnter = (act) => (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  act.call(event.currentTarget, event);
};

function reveal(event) {
  const spoiler = event.currentTarget;
  if (spoiler.classList.contains("shown")) return;
  event.preventDefault();
  event.stopPropagation();
  spoiler.classList.add("shown");
  for (const name of Object.keys(HIDDEN)) spoiler.removeAttribute(name);
}

function preformatted(entity, words) {
  const copy = h("button.copy", { type: "button", "data-copy": words, "aria-label": "Copy the block" }, icon("copy"));
  const code = h("pre", { tabindex: 0 }, words);
  return [h("div.pre", {}, h("div.pre-head", {}, entity.language && h("span", {}, entity.language), copy), code), null];
}

function expandable() {
  const inside = h("div.folded");
  const closed = { type: "button", "aria-expanded": "false", hidden: true };
  const more = h("button.more", closed, icon("down"), h("span", {}, "Show more"));
  const quote = h("blockquote.expandable", {}, inside, more);
  const toggle = () => {
    const open = quote.classList.toggle("open");
    more.setAttribute("aria-expanded", open);
    more.lastChild.textContent = open ? "Show less" : "Show more";
  };
  more.addEventListener("click", toggle);
  return [quote, inside];
}

/** Shows the fold's button where there is more than fits; the quotation must be on the page to be measured. */
export function measureFolds(root) {
  for (const quote of root.querySelectorAll("blockquote.expandable:not(.open)")) {
    const [inside, more] = quote.children;
    more.hidden = inside.scrollHeight <= inside.clientHeight + 2;
  }
}

function moment(entity, words) {
  const format = entity.date_time_format ?? "";
  const shown = formatted(entity.unix_time, format) ?? words;
  const iso = new Date(entity.unix_time * 1000).toISOString();
  const moving = { "data-unix": entity.unix_time, "data-format": format };
  return [h("time", { datetime: iso, title: wholeTime(entity.unix_time), ...moving }, shown), null];
}

/** An address one can safely open, or null: scripts and local files are no links. */
export function safeAddress(url) {
  try {
    const address = new URL(url);
    return ["http:", "https:", "mailto:", "tel:", "tg:"].includes(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

function link(url) {
  const address = safeAddress(url);
  if (!address) return same(h("span"));
  return same(h("a", { href: address.href, target: "_blank", rel: "noopener noreferrer", title: address.href }));
}
