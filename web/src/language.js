/** The language of the page: Chinese unless the reader chose English before. */

import { TEXTS } from "./texts.js";

const KEY = "capacity-language";
let current = remembered();

export function language() {
  return current;
}

export function setLanguage(lang) {
  current = lang;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  try {
    localStorage.setItem(KEY, lang);
  } catch {
    // opened from disk, or storage is not allowed: the choice lasts as long as the page
  }
}

/** A sentence in the reader's language, with {names} filled in. */
export function t(key, values = {}) {
  return TEXTS[key][current].replace(/\{(\w+)\}/gu, (_, name) => String(values[name]));
}

/** The word of a code that came with the release; the code itself if it is not explained there. */
export function word(words, kind, code) {
  return words?.[kind]?.[code]?.[current] ?? code ?? "";
}

/** The sentence that explains a code. */
export function sentence(words, kind, code) {
  return words?.[kind]?.[code]?.[`sentence_${current}`] ?? "";
}

/** `title_zh` or `title_en` of a thing that has both. */
export function either(thing, name) {
  return thing[`${name}_${current}`] ?? "";
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}
