/**
 * What the routes of files, notebooks and people send and return, JSON both ways. `routes.ts` lists the routes. Errors
 * are `{error: {code, message, hint?}}` with a fitting status.
 */
import { z } from 'zod'
import { ProjectPath, Timestamp } from './ids.ts'
import { PersonName } from './people.ts'
import { Role } from './route.ts'
import { Actor } from './session.ts'

export const FileEntry = z.object({
  name: z.string(),
  path: ProjectPath,
  /** `special`: a FIFO, device or socket, which is shown and never opened. */
  type: z.enum(['folder', 'notebook', 'file', 'special']),
  /** Bytes; 0 for folders. */
  size: z.number(),
  modified: Timestamp,
  writable: z.boolean(),
  /** Whether the caller's role here may change it; absent where their role is that in the project. */
  mayEdit: z.boolean().optional(),
})
export type FileEntry = z.infer<typeof FileEntry>
/** `version` is to be sent as `was` when the file is written the next time. */
export const UploadedFile = FileEntry.extend({ version: z.string() })
export type UploadedFile = z.infer<typeof UploadedFile>
export const FileEntries = z.array(FileEntry)

export const FileCommand = z.discriminatedUnion('type', [
  /** A name is found that is free ("Untitled.ipynb", "Untitled 1.ipynb"). */
  z.object({ type: z.literal('newNotebook'), folder: ProjectPath, name: z.string().optional() }),
  z.object({ type: z.literal('newFolder'), folder: ProjectPath, name: z.string().optional() }),
  /** Rename or move; 409 when the target exists. */
  z.object({ type: z.literal('move'), from: ProjectPath, to: ProjectPath }),
  z.object({ type: z.literal('copy'), from: ProjectPath, to: ProjectPath.optional() }),
  /** To `.yesterday/trash`, from where it can be fetched. */
  z.object({ type: z.literal('trash'), path: ProjectPath }),
])
export type FileCommand = z.infer<typeof FileCommand>

/** The answer to `trash`: the path that is free now, and when it was moved to the trash. */
export const TrashedFile = z.object({ trashed: ProjectPath, at: Timestamp })
export type TrashedFile = z.infer<typeof TrashedFile>

export const OpenedNotebook = z.object({
  path: ProjectPath,
  /** Names the room; stays when the file is moved. */
  documentId: z.string(),
  /** The life of the room: a client with another epoch never merges. */
  epoch: z.string(),
  writable: z.boolean(),
  /** The caller's role for this notebook. */
  role: Role,
})
export type OpenedNotebook = z.infer<typeof OpenedNotebook>

/** Where the notebook's file is now. */
export const WrittenNotebook = z.object({ path: ProjectPath })
export type WrittenNotebook = z.infer<typeof WrittenNotebook>

/** `py`: cells marked by `# %%`; `script`: code alone; `html`: one page without script; `ipynb`: as it is now. */
export const ExportFormat = z.enum(['py', 'script', 'html', 'slides', 'markdown', 'ipynb'])
export type ExportFormat = z.infer<typeof ExportFormat>

export const KernelSpecs = z.object({
  default: z.string().nullable(),
  specs: z.array(
    z.object({
      name: z.string(),
      displayName: z.string(),
      language: z.string(),
      /** The id of the place where it runs; null for this machine. */
      place: z.string().nullable().default(null),
    }),
  ),
  /** Servers and hosts other than this machine, with why their kernels cannot be started now. */
  places: z
    .array(z.object({ id: z.string(), title: z.string(), problem: z.string().nullable() }))
    .default([]),
  problems: z.array(z.string()),
})
export type KernelSpecs = z.infer<typeof KernelSpecs>

/** Colours of people: legible as carets on light and dark, and distinct for colour-blind readers. */
export const PERSON_COLORS = [
  '#0b7285',
  '#c2255c',
  '#5f3dc4',
  '#2b8a3e',
  '#d9480f',
  '#1864ab',
  '#a61e4d',
  '#846204',
] as const

/**
 * `color` is the person's CSS colour. `isNamed` is false until the person has chosen a name; `hasPassword` until they can
 * sign in by name and password. `hasPasskey` is true where a passkey signs them in. `provider`
 * is the service that signs them in, where it is not this server.
 */
export const Me = z.object({
  actor: Actor,
  color: z.string(),
  isNamed: z.boolean(),
  hasPassword: z.boolean(),
  hasPasskey: z.boolean(),
  provider: z.string().nullable(),
  /** Whether the provider decides the role. */
  decidesRole: z.boolean(),
  /** Where the browser goes after signing out; null for the page to sign in. */
  signOutUrl: z.string().nullable(),
  role: Role,
  /** Names of the owners, whom a member asks for access. */
  owners: z.array(z.string()),
  project: z.string(),
  version: z.string(),
})
export type Me = z.infer<typeof Me>

/** How a person is shown from now on. */
export const MeChange = z.object({
  name: PersonName.optional(),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'a colour is "#" and six hex digits')
    .optional(),
})
export type MeChange = z.infer<typeof MeChange>

export const ApiError = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
})
export type ApiError = z.infer<typeof ApiError>

/** A refusal of `/api/contents`, as Jupyter Server's OpenAPI document has it. `reason` is a word for programs. */
export const ContentsError = z.object({
  error: z.string(),
  message: z.string(),
  reason: z.string(),
  hint: z.string().optional(),
})
export type ContentsError = z.infer<typeof ContentsError>
