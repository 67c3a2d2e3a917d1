// What to do next: the steps of the story, and how far it went.

import { byId, h, icon } from "./dom.js";
import { clore } from "./api.js";
import { recall, remember, state } from "./state.js";

const SEARCH = "/market 3090 <4";
const STEPS = [
  ["connect", "Connect a key", "Send /connect, then this key. The bot proves it, deletes your message and seals it."],
  ["orders", "See the rentals", "One screen: what runs, what it costs a day, what is left."],
  ["rent", "Rent a machine", `Send ${SEARCH}, open a machine, press Rent twice. The bot follows it until it runs.`],
  ["cancel", "Cancel one", "Open a rental and press Cancel. The bot asks first, and says so only once it is gone."],
  ["outbid", "Be outbid", "A stranger offers more for the machine you hold. The bot tells you by itself."],
  ["raise", "Win it back", "Answer the alert: Raise, then confirm the price. Two taps."],
];

/** `verbs`: {say(text), paste(text), copy(text), perform(act, button), show()}. */
export function drawGuide(verbs) {
  const { key } = state.facts;
  const outbid = state.acts.find(({ act }) => act === "outbid");
  const tools = {
    connect: [
      keyChip(key, verbs.copy),
      small("Send /connect", () => verbs.say("/connect")),
      small("Paste key", () => verbs.paste(key)),
    ],
    orders: [small("Send /orders", () => verbs.say("/orders"))],
    rent: [small(`Send ${SEARCH}`, () => verbs.say(SEARCH))],
    outbid: outbid ? [small(outbid.label, (event) => verbs.perform(outbid, event.currentTarget))] : [],
  };
  byId("guide").replaceChildren(...STEPS.map(([name, title, text]) => line(name, title, text, tools[name] ?? [])));
  byId("teaser").onclick = verbs.show;
  drawProgress();
}

function line(name, title, text, tools) {
  const words = h("div", {}, h("strong", {}, title), h("span.sr.state"), h("p", {}, text), h("div.tools", {}, ...tools));
  return h("li", { "data-step": name }, h("span.tick", {}, icon("check")), words);
}

function keyChip(key, copy) {
  const button = { type: "button", id: "copy-key", "aria-label": "Copy the demo key", onclick: () => copy(key) };
  return h("span.key-chip", {}, h("code", {}, key), h("button.round", button, icon("copy")));
}

const small = (label, onclick) => h("button.small-key", { type: "button", onclick }, label);

const isDone = (name) => recall(`step ${name}`) === "done";

export function done(name) {
  if (isDone(name)) return;
  remember(`step ${name}`, "done");
  drawProgress();
}

function drawProgress() {
  const steps = [...byId("guide").children];
  const next = steps.find((step) => !isDone(step.dataset.step));
  for (const step of steps) {
    const finished = isDone(step.dataset.step);
    step.classList.toggle("done", finished);
    step.classList.toggle("next", step === next);
    step.querySelector(".state").textContent = finished ? " (done)" : "";
  }
  byId("teaser").hidden = !steps.length;
  const number = steps.indexOf(next);
  byId("teaser-text").textContent = next ? `${number + 1}. ${STEPS[number][1]}` : "All done. Move the marketplace as you like.";
  const marks = steps.map((step) => h(isDone(step.dataset.step) ? "i.done" : "i"));
  byId("teaser").querySelector(".steps").replaceChildren(...marks);
}

// What the marketplace was asked shows how far the story went. A look at the rentals is not among them, because the bot
// reads those by itself.
const SIGNS = [["connect", "wallets"], ["rent", "create_order"], ["cancel", "cancel_order"], ["raise", "set_spot_price"]];

export async function lookForProgress() {
  const waiting = SIGNS.filter(([name]) => !isDone(name));
  await Promise.all(waiting.map(async ([name, operation]) => {
    const { calls } = await clore.get("calls", { operation, key: state.facts.key });
    if (calls.some((call) => call.executed)) done(name);
  }));
}
