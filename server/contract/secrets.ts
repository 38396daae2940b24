/**
 * pure. The mask of a secret: six bullets and a fingerprint of eight hex digits, which differs for another secret.
 * It is keyed: it reveals nothing about the secret without the user's machine key.
 */
const PLACEHOLDER = /\u2022{6}([0-9a-f]{8})/g

/** How many different secrets are hidden in a text. */
export function hiddenSecrets(text: string): number {
  if (!text.includes('\u2022\u2022\u2022\u2022\u2022\u2022')) return 0
  return new Set([...text.matchAll(PLACEHOLDER)].map(([, fingerprint]) => fingerprint)).size
}
