/** `yesterday verify RUN|FILE`: proves that a run is recorded as it says, from the history or from an exported proof. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import type { HeadRecord } from '../store/chain/head-record.ts'
import { checkProof, Proof, type Proven } from '../store/chain/proof.ts'
import { type NamedObject, objectsNamedBy } from '../store/chain/proven-objects.ts'
import { userSigningKey } from '../store/chain/signing-key.ts'
import type { ReadOnlyStore } from '../store/open-store.ts'
import { CommonOptions, isRefusal, perform, printJson, printLines, putOut, type Refusal } from './answer.ts'
import { findRun, notEnded } from './find-run.ts'
import { projectRoot } from './project-root.ts'
import { counted, localTime, plain, table } from './text.ts'

const Options = CommonOptions.extend({ output: z.string().optional(), key: z.string().optional() })
type Options = z.infer<typeof Options>

const examples = `
A run is proven if its entries are in the hash chain as they were written, the chain leads from them to a head that was
signed with a key outside of the project folder, and the bytes of its objects have the digests in the entries.

Examples:
  yesterday verify 3f2a
  yesterday verify 3f2a -o proof.json                  for a reader who does not have the history
  yesterday verify proof.json --key ed25519:Vh0f…      what they run; the key is the one that verify and fsck print here

Exit codes: 0 proven, 1 not proven, 2 there is no such run or file.`

/** Adds the command. */
export function registerVerify(program: Command): void {
  program
    .command('verify')
    .argument('<run|file>', 'the id of a run or its first digits, or a proof that was written with -o')
    .description('prove that a run is recorded as it was, without a server')
    .option('-o, --output <file>', 'write the proof to this file')
    .option('--key <key>', 'the key that must have signed it')
    .option('--json', 'one object of JSON')
    .option('--root <dir>', 'the project folder')
    .addHelpText('after', examples)
    .action(async (what: string, raw: unknown) => {
      const options = Options.parse(raw)
      await perform(options, () =>
        what.endsWith('.json') || existsSync(what) ? verifyFile(what, options) : verifyRun(what, options),
      )
    })
}

/** `unchecked`: an exported proof does not hold the bytes. `removed`: by `yesterday gc`. */
type ObjectState = 'kept' | 'removed' | 'missing' | 'damaged' | 'unchecked'
type CheckedObject = NamedObject & { readonly state: ObjectState }

async function verifyFile(file: string, options: Options): Promise<Refusal | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return { ...noProof, message: `there is no file "${file}"` }
  const proof = Proof.safeParse(parsed(text))
  if (!proof.success) return { ...noProof, message: `"${file}" is no proof of a run` }
  const proven = checkProof(proof.data)
  const objects = objectsNamedBy(proven.entries.map(({ entry }) => entry))
  report(
    proof.data.run,
    proven,
    objects.map((object) => ({ ...object, state: 'unchecked' })),
    options,
  )
  return null
}

const noProof: Omit<Refusal, 'message'> = {
  code: 'no-proof',
  hint: 'Write one with "yesterday verify RUN -o FILE".',
  exit: 2,
}

async function verifyRun(prefix: string, options: Options): Promise<Refusal | null> {
  const { openStoreToRead } = await import('../store/open-store.ts')
  const store = openStoreToRead({ root: projectRoot({ root: options.root }) })
  try {
    const found = await findRun(store.index, prefix)
    if (isRefusal(found)) return found
    const proving = await store.prove(found.run)
    if (proving === null) return notEnded(found.run)
    if (proving.kind !== 'proof') return notProvable[proving.kind](proving.seq)
    const proven = checkProof(proving.proof)
    const objects = await checkObjects(store, objectsNamedBy(proven.entries.map(({ entry }) => entry)))
    if (options.output !== undefined) {
      const refusal = await putOut(`${JSON.stringify(proving.proof)}\n`, options.output)
      if (refusal !== null) return refusal
    }
    report(found.run, proven, objects, options)
    return null
  } finally {
    await store.close()
  }
}

const notProvable: Readonly<Record<'unsigned' | 'unchained', (seq: number) => Refusal>> = {
  unsigned: (seq) => ({
    code: 'unsigned',
    message: `entry ${seq} of the log is not covered by a signed head yet`,
    hint: 'The server signs a few seconds after each run, and when it stops. Start it, or try again.',
    exit: 1,
  }),
  unchained: (seq) => ({
    code: 'unchained',
    message: `entry ${seq} of the log is not in the hash chain`,
    hint: 'See "yesterday fsck".',
    exit: 1,
  }),
}

async function checkObjects(
  { objects, index }: Pick<ReadOnlyStore, 'objects' | 'index'>,
  named: readonly NamedObject[],
): Promise<readonly CheckedObject[]> {
  const dropped = await index.dropped(named.map(({ digest }) => digest))
  const checked: CheckedObject[] = []
  for (const object of named) {
    const state = await objects.get(object.digest).then(
      (found): ObjectState =>
        found === null ? (dropped.has(object.digest) ? 'removed' : 'missing') : 'kept',
      (): ObjectState => 'damaged',
    )
    checked.push({ ...object, state })
  }
  return checked
}

function report(
  run: string,
  proven: Proven,
  objects: readonly CheckedObject[],
  { json, key }: Options,
): void {
  const problems = [
    ...proven.problems,
    ...objects.filter(isLost).map(({ what, digest, state }) => `the ${what} ${digest} is ${state}`),
    ...proven.keys
      .filter((signer) => key !== undefined && signer !== key)
      .map((signer) => `it was signed with the key ${signer}, not with ${key}`),
  ]
  const isProven = problems.length === 0
  const entries = proven.entries.map(({ seq, entry: { type, at }, redacted }) => ({
    entry: seq,
    type,
    at,
    redacted,
  }))
  const head = proven.head && { ...headOf(proven.head), isOwn: isOwn(proven.head.key) }
  if (json) printJson({ run, proven: isProven, entries, head, objects, problems })
  else {
    printLines([
      `run ${plain(run)}: ${isProven ? 'proven' : 'NOT PROVEN'}`,
      ...problems.map((problem) => `problem: ${plain(problem)}`),
      ...table(
        entries.map(({ entry, type, at, redacted }) => [
          `entry ${entry}`,
          type,
          localTime(at),
          redacted ? 'redacted' : '',
        ]),
      ),
      ...(head === null ? [] : [headLine(head)]),
      objectsLine(objects),
    ])
  }
  if (!isProven) process.exitCode = 1
}

const isLost = ({ state }: CheckedObject): boolean => state === 'missing' || state === 'damaged'

const headOf = ({ seq, at, key }: HeadRecord) => ({ entry: seq, at, key })

/** Null where this user's key cannot be read. */
function isOwn(key: string): boolean | null {
  try {
    return userSigningKey().name === key
  } catch {
    return null
  }
}

function headLine({
  entry,
  at,
  key,
  isOwn: own,
}: {
  entry: number
  at: string
  key: string
  isOwn: boolean | null
}) {
  const whose =
    own === true
      ? 'your key'
      : 'a key that is not yours: compare it with that of the person who recorded the run'
  return `signed ${localTime(at)}, up to entry ${entry}, with ${plain(key)} (${whose})`
}

function objectsLine(objects: readonly CheckedObject[]): string {
  const states = Map.groupBy(objects, ({ state }) => state)
  const parts = [...states].map(([state, those]) => `${those.length} ${state}`)
  return `${counted(objects.length, 'object')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
