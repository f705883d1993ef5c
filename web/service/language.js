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
    // storage is not allowed: the choice lasts as long as the page
  }
}

/** A sentence in the reader's language, with {names} filled in. */
export function t(key, values = {}) {
  return TEXTS[key][current].replace(/\{(\w+)\}/gu, (_, name) => String(values[name]));
}

/** A text that came in both languages. */
export function say(text) {
  return text ? text[current] : "";
}

/** The word of a code; the code itself if the service does not explain it. */
export function word(words, kind, code) {
  return words[kind]?.[code]?.[current] ?? code ?? "";
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}
