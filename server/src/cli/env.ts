/** `yesterday env`: the packages of a notebook's kernel, a lock of them, and an environment made from the lock. */
import type { Command } from 'commander'
import { z } from 'zod'
import { perform, type Refusal } from './answer.ts'
import { trustOption } from './option-values.ts'

export const EnvOptions = z.object({
  since: z.string().optional(),
  kernel: z.string().optional(),
  inline: z.boolean().default(false),
  output: z.string().optional(),
  python: z.string().optional(),
  urls: z.boolean().default(false),
  register: z.boolean().default(true),
  trust: z.boolean().default(false),
  json: z.boolean().default(false),
  root: z.string().optional(),
})
export type EnvOptions = z.infer<typeof EnvOptions>

const examples = `
Examples:
  yesterday env train.ipynb                    the packages, and what differs from the last good run
  yesterday env train.ipynb --since 3f2a       what differs from this run
  yesterday env lock train.ipynb               writes train.lock.txt
  yesterday env create train.ipynb .venv       makes that environment, and a kernel of it`

/** Adds the command. */
export function registerEnv(program: Command): void {
  program
    .command('env')
    .argument('[words...]', '[NOTEBOOK], lock NOTEBOOK, or create NOTEBOOK [FOLDER]')
    .description("the packages of a notebook's kernel; locks them, or makes that environment again")
    .option('--since <run>', 'what differs from the environment of this run')
    .option('--kernel <name>', 'the kernelspec to use')
    .option('--inline', 'lock: as a block of inline metadata (PEP 723) in the first cell')
    .option('-o, --output <file>', 'lock: write to this file; - for the terminal')
    .option('--python <path>', 'create: the Python to make it with')
    .option('--urls', 'create: also install what the lock names by an address')
    .option('--no-register', 'create: register no kernel')
    .option(...trustOption)
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (words: string[], raw: unknown) => {
      const options = EnvOptions.parse(raw)
      await perform({ json: options.json, goesOn: words[0] === 'create' }, () => env(words, options))
    })
}

async function env(words: readonly string[], options: EnvOptions): Promise<Refusal | null> {
  const [action, notebook, folder] = words
  if (action === 'lock') {
    if (notebook === undefined || words.length > 2) return bad('yesterday env lock NOTEBOOK')
    return (await import('./env-lock.ts')).lockEnvironment(notebook, options)
  }
  if (action === 'create') {
    if (notebook === undefined || words.length > 3) return bad('yesterday env create NOTEBOOK [FOLDER]')
    return (await import('./env-create.ts')).createFromLock(notebook, folder, options)
  }
  if (words.length > 1) return bad('yesterday env NOTEBOOK')
  return (await import('./env-show.ts')).showEnvironment(action, options)
}

const bad = (usage: string): Refusal => ({
  code: 'bad-words',
  message: 'These words name no work on an environment.',
  hint: `Such as: ${usage}`,
  exit: 2,
})
