/** Moving a notebook's session to another kernel: what is asked, the plan, and what became of it. */
import { z } from 'zod'
import { RunId, SessionId } from './ids.ts'

/** Why a variable or file does not move. `values` are what the sentence names. */
export const MoveReason = z.object({
  code: z.enum([
    'generator',
    'coroutine',
    'thread',
    'process',
    'file',
    'connection',
    'gpu',
    'package',
    'unrecorded',
    'effects',
    'unmade',
    'load',
    'outside',
    'secret',
    'gone',
    'budget',
  ]),
  values: z.record(z.string(), z.string()).prefault({}),
})
export type MoveReason = z.infer<typeof MoveReason>

/** `sent`: its bytes are; `rerun`: made again there; `present`: it is there already; `left`: it does not move. */
export const MoveWay = z.enum(['sent', 'rerun', 'present', 'left'])
export type MoveWay = z.infer<typeof MoveWay>

export const MovedVariable = z.object({
  name: z.string(),
  type: z.string(),
  way: MoveWay,
  bytes: z.number().nullable(),
  /** The run that makes it again. */
  run: RunId.nullable(),
  reason: MoveReason.nullable(),
  /** After the move: whether it is there, made again with another content, or missing. */
  result: z.enum(['there', 'differs', 'missing']).nullable(),
})
export type MovedVariable = z.infer<typeof MovedVariable>

export const MovedFile = z.object({
  /** As the notebook names it. */
  name: z.string(),
  bytes: z.number().nullable(),
  reason: MoveReason.nullable(),
})
export type MovedFile = z.infer<typeof MovedFile>

const Side = z.object({
  session: SessionId.nullable(),
  spec: z.string(),
  displayName: z.string(),
  /** The machine, for people; null for this one. */
  where: z.string().nullable(),
  python: z.string(),
})

export const MovePlan = z.object({
  source: Side,
  target: Side,
  /** The target is a kernel that was kept. */
  isBack: z.boolean(),
  variables: z.array(MovedVariable),
  runs: z.array(
    z.object({ run: RunId, cell: z.number().int().nullable(), title: z.string(), expectedMs: z.number() }),
  ),
  files: z.array(MovedFile),
  /** Packages that were imported, and are missing there (null), or have a different version. */
  packages: z.array(z.object({ name: z.string(), source: z.string(), target: z.string().nullable() })),
  /** Generators whose states are set. */
  random: z.array(z.string()),
  /** Environment variables that cells set; `hidden` ones look secret and are not sent. */
  environment: z.array(z.object({ name: z.string(), hidden: z.boolean() })),
  /** Of values and files. */
  bytes: z.number(),
  /** Of what runs again. */
  expectedMs: z.number(),
})
export type MovePlan = z.infer<typeof MovePlan>

export const MoveReport = z.object({
  plan: MovePlan,
  /** False while only planned. */
  moved: z.boolean(),
  /** Whether the kernel before lives on. */
  kept: z.boolean(),
  session: SessionId.nullable(),
  problems: z.array(z.string()),
  tookMs: z.number(),
})
export type MoveReport = z.infer<typeof MoveReport>

export const MoveRequest = z.object({
  kind: z.literal('move'),
  documentId: z.string().max(200),
  /** The kernel to go on in, by the name of its kernelspec. */
  spec: z.string().min(1).max(300),
  /** Keeps the kernel before, so that the notebook can go back. */
  keep: z.boolean().default(true),
  /** Moves only after it was confirmed; the plan is in the job meanwhile. */
  confirm: z.boolean().default(true),
})
export type MoveRequest = z.infer<typeof MoveRequest>

/** In English, for terminals and the history. */
export function moveReasonText({ code, values }: MoveReason): string {
  return REASONS[code].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}

const REASONS: Readonly<Record<MoveReason['code'], string>> = {
  generator: 'a generator goes on only in its own process',
  coroutine: 'a coroutine or task goes on only in its own process',
  thread: 'a thread, lock or queue belongs to its process',
  process: 'a program that was started belongs to its process',
  file: 'an open file belongs to its process',
  connection: 'an open connection belongs to its process',
  gpu: 'it is on a GPU, and there is none',
  package: '{package} is not installed there',
  unrecorded: 'no recorded run made it',
  effects: 'what makes it is not repeated: it {effect}',
  unmade: 'it is not stored, and what makes it cannot run again: {why}',
  load: 'it did not load there: {why}',
  outside: 'it is outside of the project',
  secret: 'it may hold a secret',
  gone: 'its bytes were not kept, and the file has changed since',
  budget: 'all files together are over {limit} MiB',
}
