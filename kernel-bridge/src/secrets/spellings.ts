/** pure. How a text is spelled elsewhere: escaped, in addresses and pages, in hex and base64. */

const SHORTEST_ENCODED = 8

/** As literals, addresses and pages spell it. */
export function spelled(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const strict = encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, escapeInAddress)
  return [
    pythonLiteral(text),
    json,
    json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
    text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char),
    strict,
    strict.replaceAll('%2F', '/'),
    strict.replaceAll('%20', '+'),
  ]
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
}

const escapeInAddress = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`

/** As Python's `repr` writes it, without the quotes. */
function pythonLiteral(text: string): string {
  const inDouble = text.includes("'") && !text.includes('"')
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return inDouble ? escaped : escaped.replaceAll("'", "\\'")
}

/** In hex, and in base64 at every offset of the encoded bytes. */
export function coded(data: Buffer): readonly string[] {
  const hex = data.toString('hex')
  const found = [hex, hex.toUpperCase()]
  for (const [before, skipped] of [
    [0, 0],
    [1, 2],
    [2, 3],
  ] as const) {
    const all = Buffer.concat([Buffer.alloc(before), data])
    const whole = all.toString('base64').slice(skipped, Math.floor((all.length * 8) / 6))
    found.push(whole, whole.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return found.filter((text) => text.length >= SHORTEST_ENCODED)
}
