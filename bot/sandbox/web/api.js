// Talks to the two stand-ins: requests as JSON, and the stream of what happens.

/** What the stand-in refused, in its own words; `answer` is its whole JSON. */
export class Refused extends Error {
  constructor(answer, status) {
    super(answer?.error ?? `The demo answered ${status}`);
    this.answer = answer ?? {};
  }
}

const posted = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function request(path, body) {
  const response = await fetch(path, body === undefined ? {} : posted(body));
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(answer, response.status);
  return answer;
}

const query = (values) => new URLSearchParams(values);

export const demo = () => request("demo.json");

export const telegram = {
  get: (what, values = {}) => request(`telegram/sim/${what}?${query(values)}`),
  post: (what, body) => request(`telegram/sim/${what}`, body),
  file: (path) => (path.startsWith("/telegram/") ? path.slice(1) : `telegram/${path.replace(/^\//, "")}`),
};

export const clore = {
  get: (what, values = {}) => request(`clore/sim/${what}?${query(values)}`),
  post: (what, body) => request(`clore/sim/${what}`, body),
};

/**
 * Calls `each` for every event, `joined` after every (re)connection, and `lost` when the stream breaks. A page that the
 * browser only keeps for the way back lets its stream go: there are six connections in all.
 */
export function follow({ each, joined, lost }) {
  let stream = null;
  const open = () => {
    stream = new EventSource("telegram/sim/events");
    stream.onopen = joined;
    stream.onerror = lost;
    stream.onmessage = (event) => each(JSON.parse(event.data));
  };
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
}
