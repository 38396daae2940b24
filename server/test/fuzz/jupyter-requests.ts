/**
 * Requests of Jupyter clients that start and change kernels, sessions and terminals. Input: as in `http-requests.ts`. The
 * one kernelspec has a program that writes what it was started with, and ends. Invariant: of a request, that program gets
 * variables named `KERNEL_…` alone, each as it was sent; nothing in them is read as code, and no file is made by them.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import fc from 'fast-check'
import { z } from 'zod'
import { isUtf8, openFuzzServer } from './fuzz-server.ts'
import { hostileJson } from './hostile-json.ts'

const placeholder = (name: string): string => `$\{${name}}`
/** Made by an injection that works, in the project folder or wherever the program starts. */
const MADE = 'made-by-injection'
const FIXED = `${placeholder('KERNEL_USERNAME')} $(id) {resource_dir}`
const PROGRAM = `
const { argv, env } = process
require('node:fs').writeFileSync(argv[2], JSON.stringify({ words: argv.slice(3), env, cwd: process.cwd() }))
process.exit(3)
`
const injections = [
  `$(touch ${MADE})`,
  `\`touch ${MADE}\``,
  `'; touch ${MADE}; '`,
  `"; touch ${MADE} #`,
  `x\ntouch ${MADE}\n`,
  `() { :;}; touch ${MADE}`,
  `!!python/object/apply:os.system ["touch ${MADE}"]`,
  `"\n  - name: LD_PRELOAD\n    value: /tmp/x.so\n`,
  `{{ cycler.__init__.__globals__.os.popen("touch ${MADE}").read() }}`,
  `${placeholder('IFS')}${placeholder('PATH')}`,
  '{connection_file}',
  '%s%n%x',
  'a\0b',
  '-c',
  '../../../etc/passwd',
  'x'.repeat(20_000),
  '\ud800',
]
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...injections) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: hostileJson },
)
const variable = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'KERNEL_USERNAME',
      'KERNEL_WORKING_DIR',
      'KERNEL_EXTRA_SPARK_OPTS',
      'KERNEL_X',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV', 'PYTHONSTARTUP', 'HOME', 'kernel_x', 'KERNEL_'],
      ...['KERNEL_A=B', 'KERNEL_A\nPATH', 'KERNEL_A;x', 'KERNEL_$(id)', '__proto__', 'constructor'],
    ),
  },
  { weight: 1, arbitrary: fc.string() },
)
const env = fc
  .array(fc.tuple(variable, value), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries))
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: hostileJson })
const path = fc.oneof(
  fc.constantFrom('', 'folder', 'a.ipynb', 'none.ipynb', '..', '../beside', '/etc', '.yesterday', 'x\0y'),
  fc.constantFrom(...injections),
)
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constant('probe') },
  { weight: 1, arbitrary: fc.constantFrom('PROBE', '../probe', 'constructor', '', ...injections) },
)
const uuid = fc.oneof({ weight: 9, arbitrary: fc.uuid() }, { weight: 1, arbitrary: fc.string() })
const kernelBody = fc.record(
  { name: mostly(name), path: mostly(path), kernel_id: mostly(uuid), env: mostly(env) },
  { requiredKeys: ['name', 'env'] },
)
const sessionBody = fc.record(
  {
    path: mostly(path),
    type: mostly(fc.constantFrom('notebook', 'console', 'file')),
    name: mostly(path),
    kernel: mostly(
      fc.oneof(
        { weight: 4, arbitrary: fc.record({ name: mostly(name) }) },
        { weight: 1, arbitrary: fc.record({ name: mostly(name), id: mostly(uuid) }) },
      ),
    ),
  },
  { requiredKeys: ['path', 'type', 'kernel'] },
)
const terminalBody = fc.record(
  { name: hostileJson, cwd: mostly(path), title: mostly(path) },
  { requiredKeys: ['name'] },
)
const as = (line: string, body: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  body.map((sent) => `${line}\n${JSON.stringify(sent)}`)
const inputs = fc
  .oneof(
    { weight: 6, arbitrary: as('POST /api/kernels', kernelBody) },
    { weight: 3, arbitrary: as('POST /api/sessions', sessionBody) },
    { weight: 1, arbitrary: as(`PATCH /api/sessions/${crypto.randomUUID()}`, sessionBody) },
    { weight: 1, arbitrary: as(`POST /api/kernels/${crypto.randomUUID()}/restart`, kernelBody) },
    { weight: 1, arbitrary: as('POST /api/terminals', terminalBody) },
    { weight: 1, arbitrary: as('PATCH /api/terminals/1', terminalBody) },
  )
  .map((text) => Buffer.from(text))

const Started = z.object({
  words: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
})
const Asked = z.object({ env: z.record(z.string(), z.unknown()) })

/** As in Jupyter Server, sessions of unknown kernelspecs get 501. */
const mayFail = (status: number, code: string): boolean =>
  code === 'startFailed' || (status === 501 && code === 'missing')

export const target = {
  inputs,
  open: async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-fuzz-kernels-')))
    const started = join(folder, 'started.json')
    await writeProbe(folder, started)
    const environment = { ...process.env, JUPYTER_PATH: folder }
    const server = await openFuzzServer({ environment, mayFail })
    return {
      feed: async (input: Uint8Array) => {
        await rm(started, { force: true })
        const verdict = await server.feed(input)
        if (existsSync(started))
          requireHarmless(
            Started.parse(JSON.parse(await readFile(started, 'utf8'))),
            input,
            environment,
            server.root,
          )
        for (const place of [server.root, folder, process.cwd()])
          if (existsSync(join(place, MADE))) throw new Error(`a value was run as code in ${place}`)
        return verdict
      },
      state: () => server.state(),
      close: async () => {
        await server.close()
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  },
}

async function writeProbe(folder: string, started: string): Promise<void> {
  const program = join(folder, 'program.cjs')
  await writeFile(program, PROGRAM)
  const specs = join(folder, 'kernels', 'probe')
  await mkdir(specs, { recursive: true })
  const argv = [process.execPath, program, started, FIXED]
  const spec = { argv, display_name: 'Probe', language: 'none', env: { PROBE: FIXED } }
  await writeFile(join(specs, 'kernel.json'), JSON.stringify(spec))
}

/** Throws if the program got anything of the request but its `KERNEL_` texts. */
function requireHarmless(
  { words, env, cwd }: z.infer<typeof Started>,
  input: Uint8Array,
  environment: NodeJS.ProcessEnv,
  root: string,
): void {
  const asked = Asked.safeParse(parsed(input)).data?.env ?? {}
  for (const [variable, text] of Object.entries(env)) {
    if (environment[variable] === text || variable === 'PROBE') continue
    const sent = Object.hasOwn(asked, variable) ? asked[variable] : undefined
    const isPassed =
      /^KERNEL_\w+$/.test(variable) && typeof sent === 'string' && (sent === text || !isUtf8(input))
    if (!isPassed) throw new Error(`the kernel's program got ${variable}=${JSON.stringify(text)}`)
  }
  if (cwd !== root && !cwd.startsWith(root + sep)) throw new Error(`the kernel's program started in ${cwd}`)
  const [word = ''] = words
  if (words.length !== 1 || !word.startsWith(`${placeholder('KERNEL_USERNAME')} $(id) `))
    throw new Error(`the kernel's program got the words ${JSON.stringify(words)}`)
  if (!env.PROBE?.startsWith(placeholder('KERNEL_USERNAME'))) throw new Error(`PROBE is ${env.PROBE}`)
}

function parsed(input: Uint8Array): unknown {
  const [, ...body] = Buffer.from(input).toString('utf8').split('\n')
  try {
    return JSON.parse(body.join('\n'))
  } catch {
    return undefined
  }
}
