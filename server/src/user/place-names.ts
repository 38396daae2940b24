/** The names behind `@` in kernel names, which all kinds of places share. */
import { join } from 'node:path'
import { z } from 'zod'
import { readUserFile } from './user-file.ts'

const Named = z.array(z.object({ id: z.string() }))

/** The files of places in the user's folder, and what people call one. */
const FILES = [
  { file: 'jupyter-servers.json', list: 'servers', title: 'A Jupyter server' },
  { file: 'ssh-hosts.json', list: 'hosts', title: 'A machine by SSH' },
] as const

/** What has this name already, apart from the places of `own`: `A Jupyter server`. Null if it is free. */
export function holderOf(id: string, own: (typeof FILES)[number]['file'], folder: string): string | null {
  const holder = FILES.find(({ file, list }) => {
    if (file === own) return false
    const read = z.object({ [list]: Named }).safeParse(readUserFile(join(folder, file)))
    return read.success && read.data[list]?.some((one) => one.id === id)
  })
  return holder?.title ?? null
}
