// @ts-check
/**
 * Values stored in the browser. Storage may be blocked by the user, or by the browser in a frame of another site; then
 * values last as long as the page.
 */

class Memory {
  /** @param {() => Storage} storage  raises where the browser keeps nothing */
  constructor(storage) {
    this.storage = storage;
    /** @type {Map<string, string>} */
    this.page = new Map();
  }

  /**
   * @param {string} key
   * @returns {string|null}
   */
  get(key) {
    let kept = null;
    try {
      kept = this.storage().getItem(key);
    } catch { /* blocked */ }
    return kept ?? this.page.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  set(key, value) {
    this.page.set(key, value);
    try {
      this.storage().setItem(key, value);
    } catch { /* blocked, or full */ }
  }
}

/** Over a reload, until the tab is closed. */
export const tabMemory = new Memory(() => window.sessionStorage);
/** For the next visits, in every tab. */
export const visitsMemory = new Memory(() => window.localStorage);
