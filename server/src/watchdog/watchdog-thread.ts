/** The thread that waits for the main thread's beats, and ends the process when they stop. */
import { writeSync } from 'node:fs'
import { type Debugger, Session } from 'node:inspector'
import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { keepFault } from './fault-log.ts'
import { blameRecovery } from './recovery-marker.ts'
import { STOPPED, type WatchdogData } from './watchdog.ts'

const LOOK_MS = 250
/** A thread that is in a call of the system cannot say where it is. */
const STACK_WITHIN_MS = 10_000
const STDERR = 2

const Data: z.ZodType<WatchdogData> = z.object({
  beats: z.instanceof(SharedArrayBuffer),
  seconds: z.number(),
  folder: z.string(),
})

const { beats, seconds, folder } = Data.parse(workerData)
const counter = new Int32Array(beats)

/** True when the beats stopped; false when the watchdog is to end. */
async function untilSilent(): Promise<boolean> {
  const most = Math.ceil((seconds * 1000) / LOOK_MS)
  let [last, looks] = [0, 0]
  while (looks < most) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    const now = Atomics.load(counter, 0)
    if (now === STOPPED) return false
    looks = now === last ? looks + 1 : 0
    last = now
  }
  return true
}

/** Where the main thread is, innermost first. */
function stackOfMain(): Promise<string> {
  const session = new Session()
  session.connectToMainThread()
  const { promise, resolve } = Promise.withResolvers<string>()
  setTimeout(resolve, STACK_WITHIN_MS, 'it does not say where it is: a call of the system holds it')
  const urls = new Map<string, string>()
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
  session.on('Debugger.paused', ({ params }) =>
    resolve(params.callFrames.map((frame) => frameText(frame, urls)).join('\n')),
  )
  session.post('Debugger.enable', () => session.post('Debugger.pause'))
  return promise
}

function frameText(
  { functionName, location }: Debugger.CallFrame,
  urls: ReadonlyMap<string, string>,
): string {
  const place = `${urls.get(location.scriptId) ?? '?'}:${location.lineNumber + 1}`
  return `    at ${functionName || '<anonymous>'} (${place}:${(location.columnNumber ?? 0) + 1})`
}

if (await untilSilent()) {
  const error = `the event loop has been stuck for ${seconds} s\n${await stackOfMain()}`
  const line = JSON.stringify({ at: new Date().toISOString(), what: 'the watchdog ended the server', error })
  keepFault(folder, line)
  blameRecovery(folder, `the server was stuck for ${seconds} s`)
  writeSync(STDERR, `${line}\n`)
  process.kill(process.pid, 'SIGKILL')
}
