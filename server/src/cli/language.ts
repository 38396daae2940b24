/** The language of recorded facts on the command line: that of the terminal. Help and refusals are in English. */
import { type Locale, pickLocale, type Say, sayIn } from '../../contract/words.ts'

/** pure. The first of the POSIX variables that is set decides, as it does for other programs. */
export function terminalLocale(env: Readonly<Record<string, string | undefined>>): Locale {
  const set = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '')
  return pickLocale(set ?? null, [])
}

/** The phrases in the language of this terminal. */
export const say: Say = sayIn[terminalLocale(process.env)]
