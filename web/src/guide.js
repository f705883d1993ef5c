/** The guide: its text stands in the page in both languages; legend and service numbers come from the newest release. */

import { loadRelease, releases } from "./data.js";
import { fill, h } from "./dom.js";
import { contactLines } from "./frame.js";
import { language, setLanguage, t, word } from "./language.js";
import { categories } from "./logic/category.js";
import { swatch } from "./map/colours.js";

export async function startGuide({ root }) {
  const toggle = document.querySelector("[data-language]");
  const newest = releases()?.[0]?.id;
  const release = newest ? await loadRelease(root, newest) : null;
  const draw = () => {
    document.title = t("guide_title");
    toggle.textContent = t("switch_language");
    toggle.title = t("switch_language_hint");
    toggle.lang = language() === "zh" ? "en" : "zh-CN";
    if (!release) return;
    fill(document.querySelector("[data-legend]"), legend(release));
    fill(document.querySelector("[data-contact]"), contactLines(release));
  };
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    setLanguage(language() === "zh" ? "en" : "zh");
    draw();
  });
  draw();
}

function legend({ words, about }) {
  const name = ({ key, kind }) => (kind === "status" ? word(words, "status", key) : t(`legend_${kind}`));
  return categories("status", about.rules).map((one) => h("li", {}, swatch(one), name(one)));
}
