/**
 * The least role that may send each message of each socket. The sockets check every message against these tables, by the
 * role of its sender.
 */
import type { Role } from './route.ts'
import type { Command } from './session.ts'
import type { TerminalInput } from './terminals.ts'

/** The messages of the document socket (sync.ts). `stepOne` asks for the document; `stepTwo` and `update` change it. */
export const ROOM_MESSAGE_ROLES = {
  stepOne: 'viewer',
  stepTwo: 'editor',
  update: 'editor',
  awareness: 'viewer',
  queryAwareness: 'viewer',
} as const satisfies Readonly<Record<string, Role>>
export type RoomMessage = keyof typeof ROOM_MESSAGE_ROLES

/**
 * The commands of a session (session.ts). Widget messages call code in the kernel, as runs do. Completion and inspection
 * only look at values, but properties are code as well: they help those who edit.
 */
export const COMMAND_ROLES = {
  run: 'runner',
  cancel: 'runner',
  interrupt: 'runner',
  restart: 'runner',
  start: 'runner',
  shutdown: 'runner',
  input: 'runner',
  comm: 'runner',
  clear: 'editor',
  complete: 'editor',
  inspect: 'editor',
  widgets: 'viewer',
  variables: 'viewer',
  variable: 'viewer',
  value: 'viewer',
  computeValue: 'runner',
} as const satisfies Readonly<Record<Command['type'], Role>>

/** The messages of a Jupyter client, by their channel. */
export const CHANNEL_ROLES = {
  shell: 'runner',
  control: 'runner',
  stdin: 'runner',
} as const satisfies Readonly<Record<'shell' | 'control' | 'stdin', Role>>

/** The messages of a terminal (terminals.ts). */
export const TERMINAL_ROLES = {
  stdin: 'runner',
  set_size: 'runner',
  ack: 'runner',
} as const satisfies Readonly<Record<TerminalInput[0], Role>>

/** What a person may not do, in the words of a refusal. */
export const mayNot = (role: Role, required: Role): string =>
  `Your role here is ${role}; this needs ${required}. Ask an owner for that role.`
