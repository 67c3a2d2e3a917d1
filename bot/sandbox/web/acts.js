// The buttons that move the simulated marketplace, and how the demo account stands there.

import { byId, h } from "./dom.js";
import { clore, Refused } from "./api.js";
import { state } from "./state.js";
import { done } from "./guide.js";
import { shortTime } from "./clock.js";

const SWITCH = / \(on\/off\)$/;
const switched = new Map(); // name of an act -> whether it is on, as far as this page knows

export function drawActs() {
  const buttons = state.acts.map((act) => (SWITCH.test(act.label) ? toggle(act) : trigger(act)));
  byId("acts").replaceChildren(...buttons.map((button) => h("li", {}, button)));
}

const words = (act) => [h("strong", {}, act.label.replace(SWITCH, "")), act.hint && h("span", {}, act.hint)];

function trigger(act) {
  const run = (event) => perform(act, event.currentTarget);
  return h("button.act", { type: "button", "data-act": act.act, onclick: run }, ...words(act));
}

function toggle(act) {
  const isOn = () => switched.get(act.act) ?? false;
  const flip = async ({ currentTarget: button }) => {
    const answer = await perform(act, button, { on: !isOn() });
    if (answer) switched.set(act.act, answer.on);
    button.setAttribute("aria-checked", isOn());
  };
  const properties = { type: "button", role: "switch", "data-act": act.act, "aria-checked": String(isOn()), onclick: flip };
  return h("button.act.toggle", properties, ...words(act), h("i.switch", { "aria-hidden": "true" }));
}

/** Carries an act out and tells what came of it; its answer, or null when it did not happen. */
export async function perform(act, button, facts = {}) {
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await clore.post("act", { act: act.act, key: state.facts.key, ...facts });
    outcome(act.label, sentence(answer), true);
    if (act.act === "outbid") done("outbid");
    await drawStanding();
    return answer;
  } catch (error) {
    outcome(act.label, error instanceof Refused ? `${error.message}.` : "The demo does not answer.", false);
    return null;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

const COINS = { bitcoin: "BTC", "CLORE-Blockchain": "CLORE", "USD-Blockchain": "USD" };
const amount = (number) => number.toFixed(8).replace(/\.?0+$/, "");
const money = (number, coin) => `${amount(number)} ${COINS[coin] ?? coin}`;

const SENTENCES = {
  outbid: ({ bid, currency, server, order }) => `Somebody offers ${money(bid, currency)} a day for server ${server}. Order ${order} lost it.`,
  on_demand_takes: (told) => `Server ${told.server} is rented on demand. Order ${told.order} lost it.`,
  holder_leaves: (told) => `Server ${told.server} is free for order ${told.order}.`,
  raise_minimum: (told) => `Server ${told.server} asks more as the least bid.`,
  raise_price: (told) => `Server ${told.server} asks more on demand.`,
  host_offline: (told) => `Server ${told.server} does not answer any more.`,
  host_online: (told) => `Server ${told.server} is back.`,
  host_gone: (told) => `Server ${told.server} is gone, and every order on it.`,
  age: (told) => `Everything is ${told.seconds / 60} minutes older.`,
  drain: ({ balances }) => `Left: ${all(balances)}.`,
  deposit: ({ balances }) => `There now: ${all(balances)}.`,
  refuse: (told) => `The next ${told.times} requests are refused.`,
};

const all = (balances) => Object.entries(balances).map(([coin, left]) => money(left ?? 0, coin)).join(", ");

function sentence(told) {
  if (SENTENCES[told.act]) return SENTENCES[told.act](told);
  return "on" in told ? `It is ${told.on ? "on" : "off"} now.` : "Done.";
}

function outcome(label, text, ok) {
  const parts = [h("strong", {}, label.replace(SWITCH, "")), h("span", {}, text), h("time", {}, shortTime(Date.now() / 1000))];
  byId("outcome").replaceChildren(h(ok ? "p" : "p.bad", {}, ...parts));
}

// How the account stands: the marketplace's own truth, which the bot has yet to notice

export async function drawStanding() {
  const { key } = state.facts;
  const told = await clore.get("state", { key });
  byId("wallets").replaceChildren(...told.wallets.filter(({ balance }) => balance !== null).map(walletLine));
  const live = told.orders.filter((order) => order.live);
  byId("orders").replaceChildren(...(live.length ? live.map(orderLine) : [h("li.none", {}, "No rental and no bid.")]));
  const { rivals, vanish_when_outbid, never_deploys, account } = told;
  const on = { down: told.down !== null, rivals, vanish_when_outbid, never_deploys, revoke_key: account.revoked };
  for (const [name, value] of Object.entries(on)) {
    switched.set(name, value);
    byId("acts").querySelector(`[data-act="${name}"]`)?.setAttribute("aria-checked", String(value));
  }
}

const short = (balance) => (balance >= 100 ? Math.floor(balance).toLocaleString("en") : amount(balance));

const walletLine = ({ name, balance }) => h("li", {}, h("strong", {}, short(balance)), ` ${COINS[name] ?? name}`);

function orderLine(order) {
  const kind = order.spot ? "spot" : "on demand";
  const standing = order.active ? "running" : "waiting";
  const price = money(Number(order.price.toPrecision(3)), order.currency);
  const dot = h("i.dot", { "aria-hidden": "true" });
  return h(`li.${standing}`, {}, dot, h("strong", {}, `#${order.id}`), h("span", {}, `${kind}, ${price}`), h("em", {}, standing));
}
