// The buttons that move the simulated marketplace, and how the demo account stands there.

import { byId, h } from "./dom.js";
import { clore, Refused } from "./api.js";
import { state } from "./state.js";
import { done } from "./guide.js";
import { shortTime } from "./clock.js";

const SWITCH = / \(on\/off\)$/;
const switched = new Map(); // name of an act -> whether it is on, as far as this page knows

export function drawActs() {
  byId("acts").replaceChildren(...state.acts.map((act) => h("li", {}, SWITCH.test(act.label) ? toggle(act) : trigger(act))));
}

function trigger(act) {
  return h("button.act", { type: "button", "data-act": act.act, onclick: (event) => perform(act, event.currentTarget) }, h("strong", {}, act.label), act.hint && h("span", {}, act.hint));
}

function toggle(act) {
  const button = h("button.act.toggle", { type: "button", role: "switch", "data-act": act.act, "aria-checked": String(switched.get(act.act) ?? false), onclick: () => flip() },
    h("strong", {}, act.label.replace(SWITCH, "")), act.hint && h("span", {}, act.hint), h("i.switch", { "aria-hidden": "true" }));
  const flip = async () => {
    const answer = await perform({ ...act, label: act.label.replace(SWITCH, "") }, button, { on: !(switched.get(act.act) ?? false) });
    if (answer) switched.set(act.act, answer.on);
    button.setAttribute("aria-checked", String(switched.get(act.act) ?? false));
  };
  return button;
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

const amount = (number) => (typeof number === "number" ? number.toFixed(8).replace(/\.?0+$/, "") : number);

const SENTENCES = {
  outbid: (told) => `Somebody offers ${amount(told.bid)} ${COINS[told.currency] ?? told.currency} a day for server ${told.server}. Order ${told.order} lost it.`,
  on_demand_takes: (told) => `Server ${told.server} is rented on demand. Order ${told.order} lost it.`,
  holder_leaves: (told) => `Server ${told.server} is free for order ${told.order}.`,
  raise_minimum: (told) => `Server ${told.server} asks more as the least bid.`,
  raise_price: (told) => `Server ${told.server} asks more on demand.`,
  host_offline: (told) => `Server ${told.server} does not answer any more.`,
  host_online: (told) => `Server ${told.server} is back.`,
  host_gone: (told) => `Server ${told.server} is gone, and every order on it.`,
  age: (told) => `Everything is ${told.seconds / 60} minutes older.`,
  drain: (told) => balances(told),
  deposit: (told) => balances(told),
  refuse: (told) => `The next ${told.times} requests are refused.`,
};
const COINS = { bitcoin: "BTC", "CLORE-Blockchain": "CLORE", "USD-Blockchain": "USD", clore: "CLORE", usd: "USD" };
const balances = (told) => `Left: ${Object.entries(told.balances).map(([coin, left]) => `${amount(left) ?? 0} ${COINS[coin] ?? coin}`).join(", ")}.`;

function sentence(told) {
  if (SENTENCES[told.act]) return SENTENCES[told.act](told);
  return "on" in told ? `It is ${told.on ? "on" : "off"} now.` : "Done.";
}

function outcome(label, text, ok) {
  const words = [h("strong", {}, label), h("span", {}, text), h("time", {}, shortTime(Date.now() / 1000))];
  byId("outcome").replaceChildren(h(ok ? "p" : "p.bad", {}, ...words));
}

// How the account stands: the marketplace's own truth, which the bot has yet to notice

export async function drawStanding() {
  const { key } = state.facts;
  const told = await clore.get("state", { key });
  byId("wallets").replaceChildren(...told.wallets.filter(({ balance }) => balance !== null).map(({ name, balance }) => h("li", {}, h("strong", {}, short(balance)), ` ${COINS[name] ?? name}`)));
  const live = told.orders.filter((order) => order.live);
  byId("orders").replaceChildren(...(live.length ? live.map(orderLine) : [h("li.none", {}, "No rental and no bid.")]));
  const on = { down: told.down !== null, rivals: told.rivals, vanish_when_outbid: told.vanish_when_outbid, revoke_key: told.account.revoked };
  for (const [name, value] of Object.entries(on)) {
    switched.set(name, value);
    byId("acts").querySelector(`[data-act="${name}"]`)?.setAttribute("aria-checked", String(value));
  }
}

const short = (balance) => (balance >= 100 ? Math.floor(balance).toLocaleString("en") : amount(balance));

function orderLine(order) {
  const kind = order.spot ? "spot" : "on demand";
  const standing = order.active ? "running" : "waiting";
  const price = `${amount(Number(order.price.toPrecision(3)))} ${COINS[order.currency] ?? order.currency}`;
  return h(`li.${standing}`, {}, h("i.dot", { "aria-hidden": "true" }), h("strong", {}, `#${order.id}`), h("span", {}, `${kind}, ${price}`), h("em", {}, standing));
}
