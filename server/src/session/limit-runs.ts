/** A limit of time for each run of a session. Invariant: a run that ignores its interrupt is ended with its kernel. */
import type { Session } from './session.ts'

/** How long a run may take to respond to an interrupt, ms. */
const INTERRUPT_MS = 5000

/** Interrupts a run that takes longer than the limit; ends the kernel of one that does not respond. */
export function limitRuns(session: Session, seconds: number | undefined): void {
  if (seconds === undefined) return
  let watched: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const kill = (): void =>
    session.kill(`it was killed: a cell took longer than ${seconds} s and ignored the interrupt`)
  const interrupt = (): void => {
    session.interrupt()
    timer = setTimeout(kill, INTERRUPT_MS)
  }
  session.events.on('changed', () => {
    const running = session.view().running?.run ?? null
    if (running === watched) return
    clearTimeout(timer)
    watched = running
    if (watched !== null) timer = setTimeout(interrupt, seconds * 1000)
  })
}
