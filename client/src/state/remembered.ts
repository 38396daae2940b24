/** What this browser remembers of a person's choices. Where storage is switched off, a choice lives as long as the page. */

/** The value under a key; null where there is none, or no storage. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Keeps a value under a key, where there is storage. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Nothing is kept.
  }
}

/** As `remembered`, of this tab of the browser alone. */
export function rememberedHere(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

/** As `remember`, for this tab of the browser alone; `null` forgets. */
export function rememberHere(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, value)
  } catch {
    // Nothing is kept.
  }
}
