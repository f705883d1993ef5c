/** Asks before a step that lasts; the browser's own dialogue keeps the focus inside and closes on Escape. */

import { h } from "../src/dom.js";
import { t } from "./language.js";
import { textField } from "./panels/ask.js";

const ASKS = { offer: ["day"], accept: ["why"], energise: ["why"], withdraw: ["why"] };

/** What was filled in ({why, day}), or null when the step was given up. */
export function confirmed(name, application) {
  return new Promise((resolve) => {
    const wanted = ASKS[name];
    const needsWhy = name === "withdraw";
    const cancel = h("button", { type: "button", "data-key": "cancel", onclick: () => dialog.close("cancel") }, t("cancel"));
    const form = h(
      "form",
      {
        onsubmit: (event) => {
          event.preventDefault();
          dialog.close("go");
        },
      },
      h("h2", { id: "confirm-title" }, t(`confirm_${name}`, { id: application.application_id })),
      h("p", {}, t(`confirm_${name}_hint`, { kw: application.p_kw })),
      wanted.includes("day") ? textField({ name: "day", label: t("offer_until"), type: "date" }) : null,
      wanted.includes("why") ? textField({ name: "why", label: t(needsWhy ? "why_needed" : "why"), required: needsWhy, maxlength: 500 }) : null,
      h("div.bar.end", {}, cancel, h("button.main-button", { type: "submit", "data-key": "go" }, t(name))),
    );
    const dialog = h("dialog.confirm", { "aria-labelledby": "confirm-title" }, form);
    dialog.addEventListener("close", () => {
      const value = (field) => form.elements.namedItem(field)?.value ?? "";
      dialog.remove();
      resolve(dialog.returnValue === "go" ? { why: value("why"), day: value("day") } : null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
