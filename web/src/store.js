/** What the page shows at the moment, and who wants to know when it changes. */

export function createStore(state) {
  const listeners = [];
  return {
    state,
    /** Called as listener(state, names of what changed). */
    on(listener) {
      listeners.push(listener);
    },
    set(changes) {
      const changed = new Set(Object.keys(changes).filter((name) => state[name] !== changes[name]));
      if (changed.size === 0) return;
      Object.assign(state, changes);
      for (const listener of listeners) listener(state, changed);
    },
  };
}

/** Whether any of the names changed. */
export function any(changed, ...names) {
  return names.some((name) => changed.has(name));
}
