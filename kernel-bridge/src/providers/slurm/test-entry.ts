/** Asks Slurm whether it would take a job, and submits none. */
import type { Commands } from './commands.ts'
import { jobScript, pythonOf, submitWords } from './job-words.ts'
import type { SlurmEntry } from './settings.ts'

/** Why no such job can be submitted, for people; null where one can. Never rejects. */
export async function testSlurm(commands: Commands, entry: SlurmEntry): Promise<string | null> {
  const job = { allocation: '00000000-0000-0000-0000-000000000000', signature: '-', output: '/dev/null' }
  const [program = '', ...words] = submitWords(entry, job)
  try {
    await commands.run([program, '--test-only', ...words], { input: jobScript('', pythonOf(entry)) })
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
