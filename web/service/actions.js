/** What happens when somebody does something. */

import { get, getFile, post, Problem, useKey } from "./api.js";
import { announce } from "./frame.js";
import { language, setLanguage, t } from "./language.js";
import { requestOf } from "./request.js";

const OPEN = ["received", "offered", "accepted"];

export function actionsOf(store) {
  const { state } = store;

  /** Runs a request; what goes wrong is shown, and nothing else changes. */
  async function trying(name, work) {
    if (state.busy) return false;
    store.set({ busy: name, problem: null });
    try {
      await work();
      return true;
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(-1, { code: "page" });
      if (!(error instanceof Problem)) window.reportError?.(error);
      if (problem.status === 401 && state.basis) actions.signOut();
      store.set({ problem: { ...problem, code: problem.code, faults: problem.faults, of: name } });
      return false;
    } finally {
      store.set({ busy: null });
    }
  }

  const actions = {
    toggleLanguage() {
      setLanguage(state.language === "zh" ? "en" : "zh");
      store.set({ language: language() });
    },
    showTab(tab) {
      store.set({ tab, problem: null });
      if (tab === "register" && !state.applications) actions.loadApplications();
    },
    async signIn(key, { silent = false } = {}) {
      useKey(key);
      const done = await trying("sign_in", async () => {
        const [basis, words] = [await get("/basis"), await get("/words")];
        const whole = basis.key.role !== "viewer";
        store.set({ basis, words });
        store.set({ features: (await get(whole ? "/map" : "/map/areas")).features });
      });
      if (!done && !state.basis) {
        useKey(null);
        if (silent) store.set({ problem: null });
      }
    },
    signOut() {
      useKey(null);
      store.set({ basis: null, features: null, answer: null, chosen: null, applications: null, application: null, problem: null, tab: "ask" });
    },
    setPlace(place) {
      store.set({ place: { ...state.place, ...place } });
    },
    setForm(name, value) {
      state.form[name] = value; // no redraw while somebody types
    },
    async assess({ hours = false } = {}) {
      const done = await trying("assess", async () => {
        const answer = await post("/assessments", requestOf(state.place, state.form, hours));
        store.set({ answer, chosen: answer.best_option, tab: "answer" });
        announce(answer.summary[state.language]);
      });
      if (done) document.getElementById("panel-answer")?.querySelector("h2")?.focus();
    },
    choose(key) {
      store.set({ chosen: state.chosen === key ? null : key });
    },
    async download(format) {
      const { answer } = state;
      await trying("download", async () => {
        const isJson = format === "json";
        const path = `/assessments/${answer.assessment_id}${isJson ? "" : `/sheet?format=${format}&language=${state.language}`}`;
        const link = document.createElement("a");
        link.href = URL.createObjectURL(await getFile(path));
        link.download = `assessment-${answer.made_at.slice(0, 10)}-${state.language}.${format}`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      });
    },
    async takeIn(optionKey, customer, note) {
      const body = { assessment_id: state.answer.assessment_id, option_key: optionKey };
      if (customer.trim()) body.customer = customer.trim();
      if (note.trim()) body.note = note.trim();
      return trying("take_in", async () => {
        const application = await post("/applications/from-assessment", body);
        announce(t("taken_in", { id: application.application_id }));
        store.set({ application, applications: null, tab: "register" });
        await load(store);
      });
    },
    async loadApplications() {
      await trying("applications", () => load(store));
    },
    async filter(filter) {
      store.set({ filter, application: null });
      await actions.loadApplications();
    },
    async open(id) {
      await trying("application", async () => store.set({ application: await get(`/applications/${encodeURIComponent(id)}`) }));
    },
    close() {
      store.set({ application: null, problem: null });
    },
    /** A step with the application that is open; on a refusal the application is read again, since it may have moved. */
    async step(name, more = {}) {
      const { application_id: id, version } = state.application;
      const path = `/applications/${encodeURIComponent(id)}`;
      const done = await trying(name, async () => {
        await post(`${path}/${name}`, { version, ...more });
        announce(t(`done_${name}`, { id }));
      });
      const { problem } = state;
      await trying("application", async () => {
        store.set({ application: await get(path) });
        await load(store);
      });
      if (!done) store.set({ problem });
      return done;
    },
  };
  return actions;
}

async function load(store) {
  const { filter } = store.state;
  const wanted = { open: OPEN, all: [] }[filter] ?? [filter];
  const query = wanted.map((status) => `&status=${status}`).join("");
  const { applications, total } = await get(`/applications?limit=200${query}`);
  store.set({ applications, total });
}
