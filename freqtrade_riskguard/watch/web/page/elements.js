// Elements of the page. Text is only ever text: nothing that a bot says becomes a tag.

const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const el = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

const shown = new Map();

/** Build what stands in an element anew, where what it is made of has changed. */
export function fill(id, made_of, build) {
  const key = JSON.stringify(made_of);
  if (shown.get(id) === key) return;
  shown.set(id, key);
  const place = document.getElementById(id);
  // Whoever goes by keys stays where they were.
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  place.replaceChildren(...[build()].flat(Infinity).filter(Boolean));
  if (focused !== undefined) place.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

export const title = (id, text, ...more) => el("div", { class: "head" }, el("h2", { id: `${id}-title` }, text), more);
