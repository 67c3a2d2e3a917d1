// Makes elements. Nothing here parses HTML: every text becomes a text node.

const SVG = "http://www.w3.org/2000/svg";

/** `h("a.link", {href: "..."}, "text", child)`; a property whose name begins with "on" is a listener. */
export function h(kind, properties = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    const title = document.createElementNS(SVG, "title");
    title.textContent = label;
    svg.append(title);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);

const HUES = 7;

/** Which of the colours of style.css belongs to somebody. */
export const hue = (subject) => (subject.bot ? "bot" : Math.abs(subject.id) % HUES);

/** A round picture: the bot's chip, the group's heads, or a person's first letter. */
export function avatar(subject, size = "") {
  const round = h(`span.avatar${size && `.${size}`}`, { "aria-hidden": "true" });
  round.dataset.hue = hue(subject);
  round.append(subject.bot ? icon("chip") : subject.group ? icon("group") : [...subject.name][0] ?? "?");
  return round;
}
