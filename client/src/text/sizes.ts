/** pure. Sizes of values in words. */

/** Bytes with a unit: `1.5 MB`. */
export function sizeText(bytes: number, locale: string): string {
  const step = Math.min(4, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const unit = (['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const)[step] ?? 'byte'
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  })
  return format.format(bytes / 1000 ** step)
}

/** `3 × 4`, or the number of items. */
export const shapeText = (shape: readonly number[], locale: string): string =>
  shape.map((size) => size.toLocaleString(locale)).join(' × ')
