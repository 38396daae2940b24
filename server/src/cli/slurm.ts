/** `yesterday slurm`: kinds of Slurm jobs in which kernels of notebooks may run. */
import type { Command } from 'commander'
import { z } from 'zod'
import { ServerId } from '../../contract/jupyter-servers.ts'
import { SlurmDraft } from '../../contract/slurm.ts'
import { readSlurm, removeSlurm, SlurmSettingsError, saveSlurm, shownSlurm, slurmOf } from '../user/slurm.ts'
import { usableHosts } from '../user/ssh-hosts.ts'
import { CommonOptions, perform, printJson, printLines, type Refusal } from './answer.ts'
import { oneOf } from './option-values.ts'
import { table } from './text.ts'

const help = `
A kernel in a job of NAME is called python3@NAME in notebooks. It starts with "sbatch" on this machine, a login node of the
cluster, or with --host on one of "yesterday hosts". What is left out is the cluster's default. "partitions" shows what
"sinfo" offers.

  yesterday slurm add gpu --partition gpu --time 4:00:00 --cpus 8 --gpus 1 --mem 32G --python ~/envs/torch
  yesterday slurm add night --time 12:00:00 --extra=--qos=low --extra=--constraint=a100
  yesterday slurm add far --host login --partition gpu
  yesterday slurm partitions --host login
  yesterday slurm test gpu`

const actions = ['list', 'add', 'test', 'remove', 'partitions'] as const
type Action = (typeof actions)[number]

const Options = CommonOptions.extend({
  title: z.string().optional(),
  host: z.string().nullable().default(null),
  partition: z.string().optional(),
  account: z.string().optional(),
  time: z.string().optional(),
  cpus: z.coerce.number().optional(),
  gpus: z.string().optional(),
  mem: z.string().optional(),
  python: z.string().optional(),
  folder: z.string().optional(),
  extra: z.array(z.string()).default([]),
})
type Options = z.infer<typeof Options>

/** Adds the command. */
export function registerSlurm(program: Command): void {
  const collect = (word: string, before: readonly string[] = []): readonly string[] => [...before, word]
  program
    .command('slurm')
    .argument('[action]', 'list, add, test, remove or partitions', oneOf(actions), 'list')
    .argument('[name]', 'the part of kernel names behind @')
    .description('kinds of Slurm jobs in which kernels of notebooks may run')
    .option('--title <text>', 'for add: its name for people')
    .option('--host <name>', 'for add and partitions: the login host, a name of "yesterday hosts"')
    .option('--partition <names>', 'for add: the partition; several with commas')
    .option('--account <name>', 'for add: the account that pays')
    .option('--time <limit>', 'for add: minutes, 1:30:00 or 2-12:00:00')
    .option('--cpus <count>', 'for add: processors')
    .option('--gpus <count>', 'for add: GPUs, as 1 or a100:1')
    .option('--mem <size>', 'for add: memory, as 8G')
    .option('--python <path>', 'for add: a Python over there, or the folder of an environment')
    .option('--folder <path>', 'for add: where kernels start; ~ by default')
    .option('--extra <option>', 'for add: a further option of sbatch, as --extra=--qos=high', collect)
    .option('--json', 'one object of JSON')
    .addHelpText('after', help)
    .action(async (action: Action, name: string | undefined, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () => slurm(action, name, options).catch(asRefusal))
    })
}

async function slurm(action: Action, name: string | undefined, options: Options): Promise<Refusal | null> {
  if (action === 'list') return list(options)
  if (action === 'partitions') return partitions(options)
  const read = ServerId.safeParse(name)
  if (!read.success)
    return bad(
      name === undefined ? `Which one should I ${action}?` : z.prettifyError(read.error),
      `yesterday slurm ${action} NAME`,
    )
  if (action === 'add') return add(read.data, options)
  if (action === 'test') return test(read.data, options)
  return removeSlurm(read.data) ? list(options) : missing(read.data)
}

async function add(id: string, options: Options): Promise<Refusal | null> {
  const {
    title = id,
    host,
    mem: memory,
    partition,
    account,
    time,
    cpus,
    gpus,
    python,
    folder,
    extra,
  } = options
  const draft = SlurmDraft.safeParse({
    ...{ title, host, partition, account, time, cpus, gpus, memory, python, folder, extra },
  })
  if (!draft.success) return bad(z.prettifyError(draft.error), `yesterday slurm add ${id} --partition NAME`)
  saveSlurm(slurmOf(id, draft.data))
  return test(id, options)
}

async function test(id: string, { json }: Options): Promise<Refusal | null> {
  const entry = readSlurm().find((one) => one.id === id)
  if (entry === undefined) return missing(id)
  const { slurmCommands, testSlurm } = await import('@yesterday/kernel-bridge')
  const problem = await testSlurm(slurmCommands(entry.host, usableHosts(), process.env), entry)
  if (json) printJson({ problem })
  else if (problem === null) printLines([`Slurm takes jobs of ${entry.title}. Kernel: python3@${id}`])
  if (problem === null) return null
  return { code: 'slurmRefuses', message: problem, hint: 'It is saved all the same.', exit: 1 }
}

async function partitions({ host, json }: Options): Promise<Refusal | null> {
  const { lookAtCluster, slurmCommands } = await import('@yesterday/kernel-bridge')
  const found = await lookAtCluster(slurmCommands(host, usableHosts(), process.env))
  if (found.problem !== null)
    return { code: 'noSlurm', message: found.problem, hint: 'sinfo shows what Slurm answers.', exit: 1 }
  if (json) printJson(found)
  else
    printLines(
      table(
        found.partitions.map((one) => [
          one.name,
          one.isUp ? 'up' : 'down',
          `up to ${one.timeLimit}`,
          `${one.idleNodes} of ${one.nodes} nodes idle`,
          `${one.cpus} CPUs`,
          one.gres ?? '',
        ]),
      ),
    )
  return null
}

function list({ json }: Options): null {
  const entries = readSlurm().map(shownSlurm)
  if (json) printJson({ entries })
  else if (entries.length === 0)
    printLines(['There are no Slurm entries. Add one: yesterday slurm add NAME --partition PARTITION'])
  else
    printLines(
      table(
        entries.map(({ id, title, host, partition, time, cpus, gpus, memory, extra }) => [
          id,
          title,
          host === null ? '' : `on ${host}`,
          partition ?? 'default partition',
          [time, cpus && `${cpus} CPUs`, gpus && `GPUs ${gpus}`, memory, ...extra].filter(Boolean).join(', '),
        ]),
      ),
    )
  return null
}

const missing = (id: string): Refusal =>
  bad(`There is no Slurm entry ${id}.`, 'yesterday slurm shows the names.')

const bad = (message: string, hint: string): Refusal => ({ code: 'badSlurm', message, hint, exit: 2 })

function asRefusal(error: unknown): Refusal {
  if (!(error instanceof SlurmSettingsError)) throw error
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    exit: error.code === 'badSlurm' ? 2 : 1,
  }
}
