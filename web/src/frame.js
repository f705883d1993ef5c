/** The frame around the map: head, notices, tabs and foot. */

import { fill, h, phone } from "./dom.js";
import { either, t } from "./language.js";
import { day, daysBetween } from "./logic/format.js";
import { any } from "./store.js";
import { TEXTS } from "./texts.js";

let status = null;

/** Says something to those who listen instead of looking. */
export function announce(text) {
  if (status) status.textContent = text;
}

/** Builds the page's frame and returns its places: search, map, legend and one panel per tab. */
export function buildFrame(store, actions, tabNames) {
  const head = h("header.head");
  const notices = h("section.notices");
  const search = h("div.search");
  const map = h("div.map");
  const legend = h("section.legend");
  const tabs = h("div.tabs", { role: "tablist" });
  const panels = Object.fromEntries(
    tabNames.map((name) => [
      name,
      h(`section.panel.panel-${name}`, { id: `panel-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}`, tabindex: "-1" }),
    ]),
  );
  const foot = h("footer.foot");
  const skip = h("a.skip", { href: "#panel-list" });
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    store.set({ tab: "list" });
    panels.list.focus();
  });
  status = h("p.spoken", { role: "status", "aria-live": "polite" });
  const main = h(
    "main.main",
    {},
    h("div.where", {}, search, h("div.map-frame", {}, map, legend)),
    h("div.side", {}, tabs, Object.values(panels)),
  );
  document.body.append(skip, head, notices, main, foot, status);

  const redraw = (state, changed) => {
    if (any(changed, "language", "release", "releases", "problem")) {
      document.title = titleOf(state);
      skip.textContent = t("skip");
      drawHead(head, state, actions);
      drawNotices(notices, state, actions);
      drawFoot(foot, state);
    }
    if (any(changed, "language", "tab")) drawTabs(tabs, panels, state, store);
  };
  store.on(redraw);
  redraw(store.state, new Set(["language", "tab"]));
  return { search, map, legend, panels };
}

function titleOf(state) {
  const about = state.release?.about;
  const mark = state.isInternal ? (state.language === "zh" ? "【内部】" : "[INTERNAL] ") : "";
  return mark + (about ? `${either(about, "title")} · ${t("page_name")}` : t("page_name"));
}

function drawHead(head, state, actions) {
  const about = state.release?.about;
  fill(
    head,
    h(
      "div.brand",
      {},
      h("h1", {}, about ? either(about, "title") : t("page_name")),
      h("p.sub", {}, about ? t("page_name") : "", about ? h("span.dates", {}, dates(about, state.language)) : null),
    ),
    h(
      "nav.tools",
      { "aria-label": t("release") },
      releaseChoice(state, actions),
      h("a.plain", { href: `${state.root}/guide.html` }, t("guide")),
      h(
        "button.language",
        {
          type: "button",
          lang: state.language === "zh" ? "en" : "zh-CN",
          title: t("switch_language_hint"),
          "data-key": "language",
          onclick: actions.toggleLanguage,
        },
        t("switch_language"),
      ),
    ),
  );
}

function dates(about, lang) {
  return `${t("as_of", { date: day(about.as_of, lang) })} · ${t("published_on", { date: day(about.published_on, lang) })}`;
}

function releaseChoice(state, actions) {
  if (!state.releases?.length || state.isInternal) return null;
  const options = state.releases.map(({ id, as_of }, i) =>
    h("option", { value: id }, t(i === 0 ? "release_newest" : "release_option", { id, as_of: as_of.slice(0, 10) })),
  );
  const select = h("select", { "data-key": "release", onchange: (event) => actions.showRelease(event.target.value) }, options);
  if (state.release) select.value = state.release.id;
  return h("label.field.inline", {}, h("span", {}, t("release")), select);
}

function drawNotices(notices, state, actions) {
  notices.setAttribute("aria-label", t("notices"));
  const list = [];
  if (state.isInternal) list.push(h("p.notice.internal", { role: "note" }, h("span", { lang: "zh-CN" }, TEXTS.banner_internal.zh), " ", h("span", { lang: "en" }, TEXTS.banner_internal.en)));
  if (state.problem) {
    list.push(h("p.notice.problem", { role: "alert" }, t(state.problem, { id: state.failedId ?? "" })));
  } else if (!state.release) list.push(h("p.notice", { role: "status" }, t("loading")));
  const about = state.release?.about;
  if (about?.synthetic) list.push(h("p.notice.synthetic", { role: "note" }, t("banner_synthetic")));
  const old = about && staleness(about, today());
  if (old) list.push(h("p.notice.stale", { role: "note" }, t(old.key, { ...old, date: day(about.as_of, state.language) })));
  const newest = state.releases?.[0]?.id;
  if (state.release && newest && state.release.id !== newest) {
    const show = state.pinned
      ? h("a", { href: `${state.root}/index.html` }, t("show_newest"))
      : h("button.link", { type: "button", onclick: () => actions.showRelease(newest) }, t("show_newest"));
    list.push(h("p.notice.former", {}, t("banner_former", { id: state.release.id, newest }), " ", show));
  }
  fill(notices, list);
}


/** Which sentence about old data is due on a day, or null. */
export function staleness(about, on) {
  const limit = about.rules.stale_after_days;
  const days = daysBetween(about.as_of, on);
  if (days > limit) return { key: "banner_stale", days, limit };
  return about.stale ? { key: "banner_stale_then", days, limit } : null;
}

function today() {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
}

function drawTabs(tabs, panels, state, store) {
  const names = Object.keys(panels);
  tabs.setAttribute("aria-label", t("tabs"));
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = names[(names.indexOf(state.tab) + step + names.length) % names.length];
    store.set({ tab: next });
    document.getElementById(`tab-${next}`).focus();
  };
  fill(
    tabs,
    names.map((name) =>
      h(
        "button.tab",
        {
          id: `tab-${name}`,
          type: "button",
          role: "tab",
          "aria-selected": String(name === state.tab),
          "aria-controls": `panel-${name}`,
          tabindex: name === state.tab ? "0" : "-1",
          "data-key": `tab-${name}`,
          onclick: () => store.set({ tab: name }),
          onkeydown: move,
        },
        t(`tab_${name}`),
      ),
    ),
  );
  for (const name of names) panels[name].hidden = name !== state.tab;
}

function drawFoot(foot, state) {
  const about = state.release?.about;
  fill(
    foot,
    h("address.contact", { "aria-label": t("contact") }, contactLines(state.release)),
    about
      ? h(
          "p.small",
          {},
          [
            t("licence", { licence: about.licence }),
            t("policy", { policy: either(about, "policy_title") }),
            t("program", { version: about.program_version }),
          ].join(" · "),
          " · ",
          h("a", { href: `${state.root}/assets/licences.txt` }, t("software")),
        )
      : null,
  );
}

/** Regulator, company and every branch with its number. */
export function contactLines(release) {
  const services = release?.about.services ?? { regulator: "12398" };
  const branches = (release?.branches ?? []).filter((one) => one.branch);
  const without = branches.filter((one) => !one.phone).map((one) => one.branch);
  return [
    h("span", {}, t("regulator"), " ", phone(services.regulator ?? "12398")),
    services.company ? h("span", {}, t("company"), " ", phone(services.company)) : null,
    branches.filter((one) => one.phone).map((one) => h("span", {}, one.branch, " ", phone(one.phone))),
    without.length ? h("span.muted", {}, t("no_number", { branches: without.join(t("and")) })) : null,
  ];
}
