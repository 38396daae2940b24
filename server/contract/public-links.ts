/** Public links: read-only pages of one result or one state of a notebook, for those who have the link. */
import { z } from 'zod'
import { ProjectPath, Timestamp } from './ids.ts'
import { plain } from './route.ts'

export const MAX_PUBLIC_DAYS = 365

/** What a link shows: the outputs of a run or one of them, with or without its receipt, or a checkpoint with what its cells had last. */
export const PublicContent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('result'),
    run: z.string().min(1).max(64),
    receipt: z.boolean(),
    /** This output alone, by its place from 0 (`outputGroups`). Absent: all. */
    output: z.number().int().min(0).max(100_000).optional(),
  }),
  z.object({ kind: z.literal('checkpoint'), checkpoint: z.string().min(1).max(64) }),
])
export type PublicContent = z.infer<typeof PublicContent>

/** `notebook`: as it is now, which becomes a checkpoint. */
export const NewPublicLink = z.object({
  what: z.union([PublicContent, z.object({ kind: z.literal('notebook'), notebook: ProjectPath })]),
  days: z.number().int().min(1).max(MAX_PUBLIC_DAYS).default(30),
})
export type NewPublicLink = z.input<typeof NewPublicLink>

export const PublicLink = z.object({
  id: z.string(),
  what: PublicContent,
  /** The title of the page: the notebook's name. */
  title: z.string(),
  created: Timestamp,
  expires: Timestamp,
  /** The name of the owner who made it. */
  by: z.string(),
  /** When the page was opened last, to the minute; null if never. */
  lastUsed: Timestamp.nullable(),
})
export type PublicLink = z.infer<typeof PublicLink>
export const PublicLinks = z.object({ links: z.array(PublicLink) })
export type PublicLinks = z.infer<typeof PublicLinks>

/** `path` is the link without the origin: `/public/…`. */
export const MadePublicLink = z.object({ link: PublicLink, path: z.string() })
export type MadePublicLink = z.infer<typeof MadePublicLink>

const Token = z.object({ token: z.string().max(200) })
/** For readers who are not signed in; who they are is not looked at. */
const page = {
  ...plain,
  method: 'get',
  role: 'anyone',
  ignoresSender: true,
  params: Token,
  reads: 'nothing',
  answer: null,
  streams: true,
} as const

export const publicLinkApi = {
  page: {
    ...page,
    path: '/public/:token',
    summary: 'The page of a public link. It reads and sets no cookie, and runs no script.',
  },
  picture: {
    ...page,
    path: '/public/:token/picture',
    summary: 'The first picture of that page, for previews in other programs.',
  },
  list: {
    ...plain,
    method: 'get',
    path: '/api/public-links',
    summary: 'Lists the public links that work, with their last use.',
    role: 'owner',
    answer: PublicLinks,
  },
  make: {
    ...plain,
    method: 'post',
    path: '/api/public-links',
    summary: 'Makes a public link. Its address is only in this answer.',
    role: 'owner',
    body: NewPublicLink,
    answer: MadePublicLink,
    status: 201,
  },
  revoke: {
    ...plain,
    method: 'delete',
    path: '/api/public-links/:link',
    summary: 'Revokes a public link: its page is gone at once.',
    role: 'owner',
    reads: 'nothing',
    params: z.object({ link: z.string().max(64) }),
    answer: PublicLinks,
  },
} as const
