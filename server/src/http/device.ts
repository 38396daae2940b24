/** pure. A browser and its system in a few words, from `User-Agent`: for a person who looks where they are signed in. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/Chrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b|\biPad\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** '' where the header says nothing that is known. */
export function deviceOf(agent: string | undefined): string {
  const known = (agent ?? '').slice(0, 1000)
  const names = [BROWSERS, SYSTEMS].map((list) => list.find(([pattern]) => pattern.test(known))?.[1])
  return names.filter((name) => name !== undefined).join(', ')
}
