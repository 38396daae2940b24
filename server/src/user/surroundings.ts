/** The machine and the process environment as a value, so that code can be run against another one. */
import { homedir } from 'node:os'
import path, { type PlatformPath } from 'node:path'

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** The path rules of that platform. */
  readonly path: Pick<PlatformPath, 'join' | 'delimiter' | 'isAbsolute' | 'basename'>
}

/** This process and this machine. */
export const surroundings = (): Surroundings => ({
  platform: process.platform,
  env: process.env,
  home: homedir(),
  path,
})
