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
