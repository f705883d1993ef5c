/** Making elements without markup in strings: nothing that came with the data is ever read as HTML. */

/** h("button.wide", {type: "button", onclick: f}, "text", otherElement, [more]) */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = `${element.className} ${value}`.trim();
    else if (["value", "checked", "disabled", "hidden"].includes(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...kept(children));
  return element;
}

/** Replaces what is inside an element; what had the focus (by its data-key) has it again afterwards. */
export function fill(element, ...children) {
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.dataset.key;
  element.replaceChildren(...kept(children));
  if (key) byKey(element, key)?.focus({ preventScroll: true });
  return element;
}

/** The element inside that has this data-key. */
export function byKey(element, key) {
  return [...element.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key) ?? null;
}

function kept(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

/** A telephone number to tap. */
export function phone(text) {
  return h("a.phone", { href: `tel:${text.replace(/[^\d+]/gu, "")}` }, text);
}

/** Term and description, for lists of facts. */
export function fact(term, ...description) {
  return h("div.fact", {}, h("dt", {}, term), h("dd", {}, ...description));
}
