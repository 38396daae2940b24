/** Opens the terminals of a project: who may have them, and what is recorded of their end. */
import { join } from 'node:path'
import type { Signer } from '@yesterday/kernel-bridge'
import { mayActAs, type Role } from '../../contract/route.ts'
import type { Recording } from '../people/audit.ts'
import { signerFor } from '../user/machine-key.ts'
import { workspaceOf } from '../user/workspace.ts'
import { TerminalRecords } from './terminal-records.ts'
import { Terminals } from './terminals.ts'

export interface OpenTerminalsOptions {
  readonly project: { readonly folder: string }
  readonly record: Recording
  /** The role of a person at this moment; null for none. */
  readonly roleOf: (personId: string) => Role | null
}

export function openTerminals({ project: { folder }, record, roleOf }: OpenTerminalsOptions): Terminals {
  return new Terminals({
    records: new TerminalRecords(join(folder, 'terminals'), signerOf(folder)),
    env: process.env,
    mayRun: (person) => mayActAs(roleOf(person) ?? 'anyone', 'runner'),
    onEnded: ({ name, title, by }, ender) =>
      record({
        action: 'terminal-closed',
        by: ender ?? by,
        address: null,
        about: { terminal: name, title, how: ender === null ? 'ended' : 'closed' },
      }),
  })
}

/** Records of one workspace prove nothing in another. The key is read when the first terminal opens. */
const signerOf = (folder: string): Signer => {
  const signer = (): Signer => {
    const workspace = workspaceOf(folder)
    if (workspace.kind !== 'own') throw new Error('There are no terminals here: the history is not ours.')
    return signerFor('terminal', workspace.id)
  }
  return {
    sign: (text) => signer().sign(text),
    verify: (text, signature) => signer().verify(text, signature),
  }
}
