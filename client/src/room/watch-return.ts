/** When a connection is worth another try at once: the network, the page or the person came back. */

export interface Returns {
  onReturn(): void
  onOffline(): void
}

/** Calls until the returned function is called. */
export function watchReturn({ onReturn, onOffline }: Returns): () => void {
  globalThis.addEventListener?.('online', onReturn)
  globalThis.addEventListener?.('offline', onOffline)
  // Back from the terminal in which the server was started again.
  globalThis.addEventListener?.('focus', onReturn)
  globalThis.document?.addEventListener('visibilitychange', onReturn)
  return () => {
    globalThis.removeEventListener?.('online', onReturn)
    globalThis.removeEventListener?.('offline', onOffline)
    globalThis.removeEventListener?.('focus', onReturn)
    globalThis.document?.removeEventListener('visibilitychange', onReturn)
  }
}
