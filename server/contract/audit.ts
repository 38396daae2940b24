/** The audit log: who did what in this project, and from where. It has no secrets, tokens or code. */
import { z } from 'zod'
import { Timestamp } from './ids.ts'
import { Actor } from './session.ts'

export const AuditAction = z.enum([
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'password-changed',
  'passkey-added',
  'passkey-removed',
  'invitation-made',
  'invitation-used',
  'invitation-revoked',
  'role-changed',
  'access-changed',
  'public-link-made',
  'public-link-revoked',
  'member-removed',
  'token-made',
  'token-revoked',
  'notebook-opened',
  'run',
  'file-changed',
  'file-deleted',
  'restored',
  'exported',
  'trusted',
  'terminal-opened',
  'terminal-closed',
])
export type AuditAction = z.infer<typeof AuditAction>

export const AuditEntry = z.object({
  at: Timestamp,
  action: AuditAction,
  /** Null where the sender was not signed in. */
  by: Actor.nullable(),
  /** The address that the request came from, where it came by the network. */
  address: z.string().nullable(),
  /** What it was about, in short texts by name: `person`, `role`, `notebook`, `path`, `invitation`, … */
  about: z.record(z.string(), z.string()),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** Newest first. */
export const AuditEntries = z.array(AuditEntry)
