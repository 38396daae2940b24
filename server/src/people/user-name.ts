/** Who started the server. */
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'

/** The name of this machine's user: the full one where the system knows it. */
export function userName(): string {
  try {
    const { username, uid } = userInfo()
    return fullName(uid) ?? username
  } catch {
    return 'You'
  }
}

/** From the comment field of the user's line (passwd(5)). */
function fullName(uid: number): string | null {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    const fields = lines.map((line) => line.split(':')).find(([, , id]) => id === String(uid))
    return fields?.[4]?.split(',')[0]?.trim() || null
  } catch {
    return null
  }
}
