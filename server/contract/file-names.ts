/** pure. Names of files: which may be given, and how those are shown that mislead the eye. */

/**
 * Characters that cannot be seen and change what is: controls, line and paragraph separators, marks of writing
 * direction (UAX #9), zero width spaces. Joiners stay: scripts and emoji need them.
 */
const HIDDEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]|\p{Surrogate}/u
/** Devices of Windows, with any ending: such a file can be neither opened nor deleted there. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\..*)?$/i

/** Why a file may not be given this name, for a person; null if it may. */
export function nameProblem(name: string): string | null {
  const hidden = HIDDEN.exec(name)
  if (hidden !== null) return `The name has a character that cannot be seen (${codePoint(hidden[0])}).`
  if (DEVICE.test(name)) return `“${name}” is the name of a device on Windows.`
  return name.trim() === '' ? 'The name is empty.' : null
}

/** A name, or a path, with what cannot be seen in it written out: `abc\u{202e}txt`. */
export const visibleName = (name: string): string =>
  name.replace(new RegExp(HIDDEN, 'gu'), (character) => `\\u{${hex(character)}}`)

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16)
const codePoint = (character: string): string => `U+${hex(character).toUpperCase().padStart(4, '0')}`
