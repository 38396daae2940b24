/**
 * Passwords as scrypt hashes (RFC 7914). Invariant: few are computed at once, as each takes 32 MB and a thread, so that a
 * flood of sign-ins cannot take the memory or the disk's threads.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { StoredPassword } from './people-store.ts'

/** `N` of scrypt; with `r = 8` it takes 32 MB. */
const COST = 2 ** 15
const BLOCK = 8
const LENGTH = 32
const AT_ONCE = 2
const MOST_WAITING = 30

/** Too many people sign in at this moment. */
export class BusyError extends Error {}

let running = 0
const waiting: (() => void)[] = []

/** Throws `BusyError`. */
export async function hashPassword(password: string): Promise<StoredPassword> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, COST)
  return { salt: salt.toString('base64'), hash: hash.toString('base64'), cost: COST }
}

/** Takes the same time where there is no such password: `stored` is null then. Throws `BusyError`. */
export async function isPassword(stored: StoredPassword | null, password: string): Promise<boolean> {
  const salt = Buffer.from(stored?.salt ?? NO_SALT, 'base64')
  const hash = await derive(password, salt, stored?.cost ?? COST)
  const expected = Buffer.from(stored?.hash ?? '', 'base64')
  return stored !== null && expected.length === hash.length && timingSafeEqual(expected, hash)
}

const NO_SALT = randomBytes(16).toString('base64')

async function derive(password: string, salt: Buffer, cost: number): Promise<Buffer> {
  await turn()
  try {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    const options = { N: cost, r: BLOCK, p: 1, maxmem: 256 * cost * BLOCK }
    scrypt(password.normalize('NFKC'), salt, LENGTH, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
    return await promise
  } finally {
    running--
    waiting.shift()?.()
  }
}

async function turn(): Promise<void> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) throw new BusyError('Too many people are signing in.')
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running++
}
