// Inline mode: what is typed after the bot's name is asked of the bot, in whatever chat it is typed.

import { telegram } from "./api.js";
import { state } from "./state.js";

const PAUSE_MS = 250; // between two letters: the bot is asked once for a word
let asked = 0;
let timer = 0;

/** The words after `@name `; null where the text does not begin so. */
function queryIn(text) {
  const name = `@${state.facts.bot.username} `;
  return text.toLowerCase().startsWith(name.toLowerCase()) ? text.slice(name.length) : null;
}

/** Asks the bot what the field's text asks for, and shows the newest answer; whether the text is such a question. */
export function follow(text, show) {
  leave();
  const query = queryIn(text);
  if (query === null) return false;
  const turn = asked;
  timer = setTimeout(async () => {
    const answer = await telegram.post("inline", { user: state.me, query }).catch(() => null);
    if (turn === asked && answer?.results.length) show(answer.query, answer.results);
  }, PAUSE_MS);
  return true;
}

/** Answers that are under way are not shown any more. */
export function leave() {
  asked += 1;
  clearTimeout(timer);
}

export const choose = (query, result) =>
  telegram.post("inline/choose", { chat: state.open, user: state.me, query, result });
