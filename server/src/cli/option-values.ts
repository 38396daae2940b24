/** Parses the values of options: an invalid value is refused with what was expected. */
import { InvalidArgumentError } from 'commander'

/** A count: digits alone, nine at most. */
export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A whole number is expected.')
}

/** More than none, and parts of one may be asked for. */
export function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('A number of seconds is expected.')
}

/** 0 lets the system choose. */
export function portNumber(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (value <= 65_535) return value
  throw new InvalidArgumentError('A port is a number from 0 to 65535.')
}

/** One of a command's actions. */
export const oneOf =
  <Word extends string>(words: readonly Word[]) =>
  (text: string): Word => {
    const found = words.find((word) => word === text)
    if (found !== undefined) return found
    throw new InvalidArgumentError(`It is one of ${words.join(', ')}.`)
  }

/** The flag of every verb that runs code: what it says in help. */
export const trustOption = [
  '--trust',
  'trust this folder, whose history was made elsewhere: code from it may run',
] as const
