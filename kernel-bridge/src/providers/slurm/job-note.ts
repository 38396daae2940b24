/** Which job a kernel's folder is about: `job.json`, signed, since the folder may have come with a project. */
import { join } from 'node:path'
import { z } from 'zod'
import { readJson, writePrivately } from '../../connection.ts'
import type { KernelFolder } from '../../kernel-folder.ts'
import type { Signer } from '../../process-record.ts'
import { SlurmEntry } from './settings.ts'

const Note = z.object({
  /** As it was when the job was submitted. */
  entry: SlurmEntry,
  allocation: z.uuid(),
  job: z.string().regex(/^\d{1,12}$/),
  cluster: z.string().max(200).nullable(),
})
export type JobNote = z.infer<typeof Note>
const File = Note.extend({ signature: z.string().max(200) })

const fileOf = ({ dir }: KernelFolder): string => join(dir, 'job.json')

function signedText({ kernelId }: KernelFolder, { entry, allocation, job, cluster }: JobNote): string {
  // Notes of versions without login hosts were signed without one.
  const { host, ...rest } = entry
  return JSON.stringify(['slurm', kernelId, host === null ? rest : entry, allocation, job, cluster])
}

export function writeJobNote(folder: KernelFolder, signer: Signer, note: JobNote): Promise<void> {
  const parsed = Note.parse(note)
  return writePrivately(fileOf(folder), { ...parsed, signature: signer.sign(signedText(folder, parsed)) })
}

/** Null where there is none that this signer wrote. */
export async function readJobNote(folder: KernelFolder, signer: Signer): Promise<JobNote | null> {
  const read = File.safeParse(await readJson(fileOf(folder)))
  if (!read.success) return null
  const { signature, ...note } = read.data
  return signer.verify(signedText(folder, note), signature) ? note : null
}

/** The comment of a job: proves that the job of this name is ours, where no note was written before we were killed. */
export const jobSignature = (signer: Signer, allocation: string): string =>
  Buffer.from(signer.sign(JSON.stringify(['slurm-job', allocation]))).toString('base64url')

export function isOurJob(signer: Signer, allocation: string, comment: string): boolean {
  if (!/^[\w-]{1,300}$/.test(comment)) return false
  const signature = Buffer.from(comment, 'base64url').toString('utf8')
  return signer.verify(JSON.stringify(['slurm-job', allocation]), signature)
}
