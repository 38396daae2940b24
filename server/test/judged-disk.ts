/**
 * A disk that asks nbformat about every notebook that is written to it. A file that nbformat refused before may be
 * refused again: what a person did not change keeps its spelling.
 */
import { type Disk, nodeDisk } from '../src/document/disk.ts'
import { problemOf } from './nbformat-judge.ts'

export interface JudgedDisk extends Disk {
  /** Settles when nbformat has accepted all that was written; throws where it made a valid notebook invalid. */
  accepted(): Promise<void>
}

export function judgedDisk(disk: Disk = nodeDisk): JudgedDisk {
  const verdicts: Promise<string>[] = []
  const before = (path: string) =>
    disk.read(path).then(
      (bytes) => Buffer.from(bytes).toString(),
      () => null,
    )
  return {
    ...disk,
    replace: async (path, parts, mode) => {
      if (!path.endsWith('.ipynb')) return disk.replace(path, parts, mode)
      const whole = Buffer.concat([...parts].map((part) => Buffer.from(part)))
      verdicts.push(verdictOn(path, await before(path), whole.toString()))
      return disk.replace(path, [whole], mode)
    },
    accepted: async () => {
      const problems = (await Promise.all(verdicts.splice(0))).filter((problem) => problem !== '')
      if (problems.length > 0)
        throw new Error(`saved notebooks that nbformat refuses: ${problems.join('; ')}`)
    },
  }
}

/** What is wrong with the file now and was not before; '' where nothing is. */
async function verdictOn(path: string, before: string | null, now: string): Promise<string> {
  const problem = await problemOf(now)
  if (problem === '') return ''
  const wasRefused = before !== null && (await problemOf(before).catch(() => 'unreadable')) !== ''
  return wasRefused ? '' : `${path}: ${problem}`
}
