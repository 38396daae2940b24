/** pure. The names by which programs and hosts are allowed: a command, the program of a command, a host without a port. */

const OPERATORS = /[;|&<>`$\n]/

/** By the whole command, or by its program's name where no shell could read more than one program from it. */
export const isNamed = (command: string, names: readonly string[]): boolean =>
  names.includes(command) || (!OPERATORS.test(command) && names.includes(programOf(command)))

const programOf = (command: string): string => command.trim().split(/\s/, 1)[0]?.replace(/^.*\//, '') ?? ''

export const hostOfUrl = (url: string): string | null =>
  URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : null

/** Of an address as sockets have it: `host:port`. */
export const hostOfSocket = (name: string): string => name.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')

/** The option that allows these, to be pasted into a shell. */
export const optionFor = (option: string, names: readonly string[]): string =>
  [option, ...names.map(quoted)].join(' ')

const quoted = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
