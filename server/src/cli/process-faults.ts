/**
 * Unhandled faults. A rejection ends only its own work, so the process goes on.
 * After an error thrown into the event loop its state is not known to be sound: it ends, and the supervisor starts it
 * again; kernels live on and edits are durable. Only the end of a connection, thrown by its stream, is harmless.
 */
import { faultLine, logFault } from '@yesterday/kernel-bridge/background'
import { EXIT_FAULT } from '../supervisor/policy.ts'
import { keepFault } from '../watchdog/fault-log.ts'
import { blameRecovery } from '../watchdog/recovery-marker.ts'
import { printable } from './text.ts'

const disconnects: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'])

/** Reports unhandled rejections; the command's exit code then shows that something failed. */
export function reportRejections(): void {
  process.on('unhandledRejection', (reason) => {
    logFault('a rejection that no part of the program handled', reason)
    process.exitCode ??= 1
  })
}

/** For the server: errors thrown into the event loop end it with `EXIT_FAULT`, and are kept in `folder`. */
export function endOnThrown(folder: string): void {
  process.on('uncaughtException', (error) => {
    const line = faultLine('an error that no part of the program handled', error)
    process.stderr.write(`${printable(line)}\n`)
    if (isDisconnect(error)) return
    keepFault(folder, line)
    blameRecovery(folder, `the server failed: ${error.message}`)
    process.exit(EXIT_FAULT)
  })
}

const isDisconnect = (error: Error): boolean => 'code' in error && disconnects.has(String(error.code))
