/**
 * Members that were seen to work, remembered until the machine is started again. Invariant: only successes are remembered;
 * a launcher that then fails starts nothing, so that a success that is out of date costs a clear error and no isolation.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openUserFolder } from '../../user/user-folder.ts'

const File = z.object({ boot: z.string(), working: z.array(z.string()) })

/** Linux names each start of the system; elsewhere nothing is remembered. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}

function read(): z.infer<typeof File> | null {
  const boot = bootId()
  if (boot === null) return null
  try {
    const found = File.parse(JSON.parse(readFileSync(place(), 'utf8')))
    return found.boot === boot ? found : { boot, working: [] }
  } catch {
    return { boot, working: [] }
  }
}

const place = (): string => join(openUserFolder(), 'isolation.json')

export const isKnownToWork = (key: string): boolean => read()?.working.includes(key) ?? false

/** Never throws: what cannot be remembered is tried again. */
export function rememberWorking(key: string): void {
  try {
    const found = read()
    if (found === null || found.working.includes(key)) return
    writeFileSync(place(), JSON.stringify({ ...found, working: [...found.working, key] }), { mode: 0o600 })
  } catch {
    // The next program tries again.
  }
}
