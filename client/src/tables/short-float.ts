/** pure. A float with as many digits as can be read; null for what is short, or is no float. */
export function shortFloat(text: string): string | null {
  if (text.length <= DIGITS + 2 || !/^-?\d+\.\d+(?:e[+-]?\d+)?$/i.test(text)) return null
  const value = Number(text)
  const [whole = ''] = text.replace('-', '').split('.')
  return /e/i.test(text) || whole.length > DIGITS ? value.toPrecision(DIGITS) : value.toFixed(DIGITS)
}

/** As many as pandas shows. */
const DIGITS = 6
