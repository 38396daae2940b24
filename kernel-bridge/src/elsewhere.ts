/** pure. Names of files of other machines: `data.csv on Lab`. The spaces around `on` do not break, as in no usual name. */

const ON = '\u00a0on\u00a0'

export const nameElsewhere = (name: string, host: string): string =>
  `${name}${ON}${host.replaceAll('\u00a0', ' ')}`

/** True for the name of a file that no path of this machine means. */
export const isElsewhere = (name: string): boolean => name.includes(ON)
