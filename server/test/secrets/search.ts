/** Looks for values in bytes, however they are spelled there. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** A secret in plain text (pickles have it so), UTF-16, hex, base64 at each place of three, and as addresses spell it. */
export function spellings(secret: string): readonly Buffer[] {
  const data = Buffer.from(secret)
  const coded = [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), data])
    return all.toString('base64').slice(before === 0 ? 0 : before + 1, Math.floor((all.length * 8) / 6))
  })
  const texts = [
    secret,
    data.toString('hex'),
    data.toString('hex').toUpperCase(),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    ...coded,
    ...coded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  const wide = Buffer.from(secret, 'utf16le')
  return [...texts.map((text) => Buffer.from(text)), wide, Buffer.from(wide).swap16()]
}

/** Every file below a folder, by its path there. Sockets and the like have no bytes. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found = new Map<string, Buffer>()
  for (const file of files) {
    const bytes = await readFile(file).catch(() => null)
    if (bytes !== null) found.set(relative(folder, file), bytes)
  }
  return found
}

/** `file: secret` for each that is there. */
export function leaks(files: ReadonlyMap<string, Uint8Array>, secrets: readonly string[]): readonly string[] {
  const forms = secrets.map((secret) => [secret, spellings(secret)] as const)
  return [...files].flatMap(([name, bytes]) => {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return forms
      .filter(([secret, spelled]) => name.includes(secret) || spelled.some((form) => whole.includes(form)))
      .map(([secret]) => `${name}: ${secret}`)
  })
}
