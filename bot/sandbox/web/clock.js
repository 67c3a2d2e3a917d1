// Shows moments in the reader's own zone and language, and keeps relative ones moving.

const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const hourMinute = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

export const shortTime = (unix) => hourMinute.format(unix * 1000);
export const wholeTime = (unix) => whole.format(unix * 1000);
export const dayOf = (unix) => new Date(unix * 1000).toDateString();

export function dayName(unix) {
  const date = new Date(unix * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year }).format(date);
}

/** "in 3 hours", "12 minutes ago", "now": the largest unit that is full at least once. */
export function relativeTime(unix, now = Date.now() / 1000) {
  const seconds = unix - now;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** Telegram's format string `r|w?[dD]?[tT]?`; null when it asks for nothing, so that the sender's own words stay. */
export function formatted(unix, format) {
  if (format === "r") return relativeTime(unix);
  const options = {};
  if (format.includes("w")) options.weekday = /D/.test(format) ? "long" : "short";
  if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/[tT]/.test(format)) Object.assign(options, { hour: "numeric", minute: "2-digit" });
  if (format.includes("T")) options.second = "2-digit";
  return Object.keys(options).length ? new Intl.DateTimeFormat(undefined, options).format(unix * 1000) : null;
}

/** Rewrites every relative time on the page; unchanged texts are left alone, so that nothing is announced anew. */
export function tick(root = document) {
  for (const time of root.querySelectorAll("time[data-format=r]")) {
    const text = relativeTime(Number(time.dataset.unix));
    if (time.textContent !== text) time.textContent = text;
  }
}
