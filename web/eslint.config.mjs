import js from "@eslint/js";

const BROWSER = [
  "window", "document", "location", "history", "navigator", "localStorage", "performance", "getComputedStyle", "URLSearchParams",
];
const SERVICE = [...BROWSER, "fetch", "sessionStorage", "setTimeout", "URL"];
const NODE = ["process"];
const names = (list) => Object.fromEntries(list.map((name) => [name, "readonly"]));

export default [
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-globals": "error",
      "no-shadow": "error",
      "max-lines": ["error", 300],
    },
  },
  { files: ["src/texts.js", "service/texts.js"], rules: { "max-lines": "off" } }, // a table of sentences
  { files: ["src/**/*.js"], languageOptions: { globals: names(BROWSER) } },
  { files: ["service/**/*.js"], languageOptions: { globals: names(SERVICE) } },
  { files: ["*.mjs", "test/**/*.mjs"], languageOptions: { globals: names(NODE) } },
];
