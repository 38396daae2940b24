/** pure. Formatters kept: making one takes as long as some hundred uses of it, and a page of cells says thousands of words. */

/** `make`, called once for each language. */
export function byLocale<Formatter>(make: (locale: string) => Formatter): (locale: string) => Formatter {
  const made = new Map<string, Formatter>()
  return (locale) => {
    const known = made.get(locale)
    if (known !== undefined) return known
    const formatter = make(locale)
    made.set(locale, formatter)
    return formatter
  }
}
