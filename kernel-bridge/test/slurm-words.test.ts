/** What goes to Slurm and comes from it: hostile values, hostile output. */
import { execFileSync, spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryProblem } from '../src/providers/slurm/cluster-look.ts'
import { localCommands } from '../src/providers/slurm/commands.ts'
import { isOurJob, jobSignature } from '../src/providers/slurm/job-note.ts'
import { allocationOf, jobName, jobScript, stepWords, submitWords } from '../src/providers/slurm/job-words.ts'
import { placeIn, readPartitions, readQueue, secondsOf } from '../src/providers/slurm/queue-lines.ts'
import { deathOnJob, timeText, waitingNotice } from '../src/providers/slurm/reports.ts'
import { SlurmEntry, slurmProblem } from '../src/providers/slurm/settings.ts'
import { remoteCommand } from '../src/providers/slurm/ssh-commands.ts'
import { signer } from './signer.ts'

const good = {
  id: 'gpu',
  title: 'GPU nodes',
  partition: 'gpu,debug',
  account: 'physics',
  time: '2-12:00:00',
  cpus: 8,
  gpus: 'a100:2',
  memory: '32G',
  python: '~/envs/torch',
  folder: '~/work',
  extra: ['--qos=high', '--constraint=a100&nvlink', '--exclusive'],
}
const job = { allocation: '0b5f6a2e-6f3a-4c0e-9a55-3e6f1f0d1c11', signature: 'abc', output: '/tmp/o' }
const fields = ['id', 'partition', 'account', 'time', 'gpus', 'memory', 'python', 'folder'] as const

describe('settings of jobs', () => {
  it('become words of sbatch', () => {
    const words = submitWords(SlurmEntry.parse(good), job)
    expect(words).toContain('--partition=gpu,debug')
    expect(words).toContain('--time=2-12:00:00')
    expect(words).toContain('--gpus=a100:2')
    expect(words.slice(-3)).toEqual(good.extra)
    expect(submitWords(SlurmEntry.parse({ id: 'a', title: 'a' }), job).join(' ')).not.toContain('=null')
  })

  it.each([
    [{ partition: 'gpu --wrap=reboot' }, 'A partition has'],
    [{ partition: '-x' }, 'A partition has'],
    [{ partition: 'gpu\n#SBATCH --wrap=x' }, 'A partition has'],
    [{ account: '$(id)' }, 'An account has'],
    [{ time: '1;id' }, 'A time is written'],
    [{ gpus: '`id`' }, 'GPUs are'],
    [{ memory: '8G\n' }, 'Memory is'],
    [{ python: '/opt/py thon' }, 'A Python is'],
    [{ python: '--help' }, 'A Python is'],
    [{ python: "/opt/a'b" }, 'A Python is'],
    [{ folder: 'relative' }, 'A folder is'],
    [{ cpus: 0 }, ''],
    [{ title: 'a\nb' }, 'A title has'],
    [{ extra: ['--wrap=id'] }, 'cannot be given'],
    [{ extra: ['--output=/etc/passwd'] }, 'cannot be given'],
    [{ extra: ['--qos=a b'] }, 'without spaces'],
    [{ extra: ['-p'] }, 'without spaces'],
    [{ extra: ['--qos=a\n#SBATCH'] }, 'without spaces'],
  ])('%j is refused', (more, why) => {
    expect(slurmProblem({ ...good, ...more })).toContain(why)
    expect(slurmProblem({ ...good, ...more })).not.toBeNull()
  })

  it('never carry a character that a shell, a script or an option takes for more', () => {
    const hostile = fc
      .stringMatching(/^[\s\S]{0,12}$/)
      .chain((text) =>
        fc
          .constantFrom(
            '\n#SBATCH --wrap=id',
            ' --wrap=id',
            '$(id)',
            '`id`',
            ';id',
            "'",
            '"',
            '\0',
            '\r',
            '|',
            '>',
          )
          .map((evil) => `${text}${evil}`),
      )
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.oneof(hostile, fc.string()), (field, value) => {
        const read = SlurmEntry.safeParse({ ...good, [field]: value })
        if (!read.success) return
        const words = [...submitWords(read.data, job), ...stepWords('1', read.data, null)]
        for (const word of submitWords(read.data, job).slice(1))
          expect(word).toMatch(/^--[a-z-]+(=[^\s'"`$;<>\\]*)?$/)
        expect(words.some((word) => word.includes('\0'))).toBe(false)
        expect(read.data.python ?? '').toMatch(/^[\w./@+~-]*$/)
      }),
      { numRuns: 2_000 },
    )
  })

  it('leave the script of fixed text', () => {
    expect(() => jobScript('pass', "/x'; id #")).toThrow('not a plain path')
    expect(() => jobScript('a\nEND_OF_THE_PROGRAM\nid', 'python3')).toThrow('ends it')
    const script = jobScript('print("$HOME `id` $(id)")', 'python3')
    const said = execFileSync('sh', [], { input: script, encoding: 'utf8' })
    expect(said).toBe('$HOME `id` $(id)\n')
  })
})

describe('what Slurm prints', () => {
  it('is read line by line', () => {
    const lines = [
      '12|PENDING|Resources|(null)|1796078636|1:00:00|1:00:00|gpu|yesterday-x|sig|with|bars',
      '13|RUNNING|None|a|1796078636|1-00:00:58|UNLIMITED|debug|n|(null)',
      '14_2|RUNNING|None|a|1|1|1|debug|n|c',
      'garbage',
      '15|run; rm|x|y|z',
    ].join('\n')
    expect(readQueue(lines)).toMatchObject([
      {
        id: '12',
        state: 'PENDING',
        reason: 'Resources',
        node: null,
        startsAt: 1796078636,
        comment: 'sig|with|bars',
      },
      { id: '13', reason: null, node: 'a', left: 86_458, limit: null },
    ])
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        readQueue(text)
        readPartitions(text)
        secondsOf(text)
        placeIn(text, '1')
      }),
    )
  })

  it.each([
    ['59', 59],
    ['1:00', 60],
    ['2:00:00', 7_200],
    ['1-00:00:00', 86_400],
    ['UNLIMITED', null],
    ['INVALID', null],
  ])('%s is %s seconds', (word, seconds) => expect(secondsOf(word)).toBe(seconds))

  it('has the partitions, with their limits and states', () => {
    const [gpu, old] = readPartitions(
      'gpu*|up|1-00:00:00|3/1/0/4|64+|256000|gpu:a100:4\nold|down|infinite|0/0/2/2|8|1000|(null)\nx',
    )
    expect(gpu).toMatchObject({
      name: 'gpu',
      isDefault: true,
      isUp: true,
      idleNodes: 1,
      nodes: 4,
      gres: 'gpu:a100:4',
    })
    expect(old).toMatchObject({ name: 'old', isUp: false, gres: null })
    const look = { partitions: gpu && old ? [gpu, old] : [], problem: null }
    const entry = (partition: string | null) => SlurmEntry.parse({ id: 'a', title: 'a', partition })
    expect(entryProblem(entry('gpu'), look)).toBeNull()
    expect(entryProblem(entry(null), look)).toBeNull()
    expect(entryProblem(entry('old'), look)).toBe('The partition old is down.')
    expect(entryProblem(entry('none'), look)).toContain('Choose one of these: gpu, old.')
  })
})

describe('jobs', () => {
  const view = {
    ...{ id: '12', state: 'PENDING', reason: 'Priority', node: null, startsAt: 1796078636, left: null },
    ...{ limit: 3_600, partition: 'gpu', name: '', comment: '', place: { position: 3, count: 12 } },
  }

  it('are ours by name and signature', () => {
    const name = jobName(job.allocation)
    expect(allocationOf(name)).toBe(job.allocation)
    expect(allocationOf('yesterday-x')).toBeNull()
    const comment = jobSignature(signer, job.allocation)
    expect(comment).toMatch(/^[\w-]+$/)
    expect(isOurJob(signer, job.allocation, comment)).toBe(true)
    expect(isOurJob(signer, job.allocation, 'forged')).toBe(false)
    expect(isOurJob(signer, '1b5f6a2e-6f3a-4c0e-9a55-3e6f1f0d1c11', comment)).toBe(false)
  })

  it('say what they wait for', () => {
    expect(waitingNotice(view, 'GPU nodes', null)).toEqual({
      code: 'slurm.queued',
      values: {
        ...{ title: 'GPU nodes', job: '12', reason: 'Priority', position: '3', count: '12' },
        startsAt: '2026-11-30T22:43:56.000Z',
      },
      text: 'Job 12 waits in the queue of GPU nodes, position 3 of 12 (Priority). Expected to start at 2026-11-30T22:43:56.000Z.',
    })
    expect(waitingNotice(null, 'G', null).code).toBe('slurm.submitted')
    expect(waitingNotice({ ...view, state: 'RUNNING', node: 'a' }, 'G', null).code).toBe('slurm.starting')
    expect(waitingNotice(view, 'G', 'squeue: no').code).toBe('slurm.unread')
  })

  it.each([
    ['TIMEOUT', 'The time limit (1 h) of job 12 ended the kernel.'],
    ['PREEMPTED', 'Job 12 was preempted: a job of higher priority took its place on a.'],
    ['NODE_FAIL', 'The node of job 12 failed (a).'],
    ['OUT_OF_MEMORY', 'Job 12 used more memory than it asked for on a, and was ended.'],
  ])('that end as %s name it', (state, sentence) => {
    expect(deathOnJob({ ...view, state, node: 'a' }, null)).toMatchObject({ sentence })
    expect(deathOnJob({ ...view, state, node: 'a' }, 'shutdown')).not.toHaveProperty('sentence')
  })

  it('that go on are not to blame', () => {
    const death = deathOnJob({ ...view, state: 'RUNNING', node: 'a' }, null)
    expect(death.likely).toBe('its process ended on a, and job 12 goes on; out of memory is a common cause')
    expect(death).not.toHaveProperty('sentence')
    expect(timeText(90_000)).toBe('1 d 1 h')
  })
})

describe.skipIf(process.platform === 'win32')('words that go to a login host', () => {
  it('arrive as they are in every shell that is here, after what start files print', () => {
    const shells = ['sh', 'bash', 'dash', 'zsh', 'fish', 'tcsh'].filter(
      (shell) => spawnSync('sh', ['-c', `command -v ${shell}`]).status === 0,
    )
    expect(shells).toContain('sh')
    const word = fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll('\0', ''))
    const hostile = [`'; id; '`, '$(id)', '`id`', '\n', '!!', '~', '\\', '"', '-n', '%s', ''].map((one) => [
      one,
    ])
    const arrives = (words: readonly string[]): void => {
      const command = remoteCommand([process.execPath, '-e', ECHO, '--', ...words], 'mark')
      for (const shell of shells) {
        const said = execFileSync(shell, ['-c', command], { encoding: 'utf8' })
        expect(said.slice(0, 6)).toBe('\nmark\n')
        expect(JSON.parse(said.slice(6))).toEqual(words)
      }
    }
    for (const words of hostile) arrives(words)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (words) => {
        // What is no text has no bytes.
        arrives(words.filter((one) => one.isWellFormed()))
      }),
      { numRuns: 10 },
    )
  })
})

const ECHO = 'console.log(JSON.stringify(process.argv.slice(1)))'

describe('programs that fail', () => {
  const commands = localCommands(process.env)
  const failing = (said: string): readonly string[] => [
    process.execPath,
    '-e',
    `console.error(${JSON.stringify(said)}); process.exit(1)`,
  ]

  it('say that there is no cluster, where Slurm has no configuration', async () => {
    const said =
      'sinfo: error: DNS SRV lookup failed\nsinfo: fatal: Could not establish a configuration source'
    await expect(commands.run(failing(said))).rejects.toThrow('belongs to no Slurm cluster')
  })

  it('say what Slurm says otherwise, and what to install where a program is missing', async () => {
    await expect(commands.run(failing('sbatch: error: invalid partition'))).rejects.toThrow(
      'invalid partition',
    )
    await expect(commands.run(['no-such-sinfo'])).rejects.toThrow('There is no program "no-such-sinfo"')
  })
})
