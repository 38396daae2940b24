/** A start that finds a damaged history never ends there: it says what is wrong, and offers to go on beside it. */
import { StoreError } from '../store/errors.ts'
import { askInTerminal } from './ask.ts'

export interface DamagedStart {
  readonly root: string
  /** `--beside`: go on without asking. */
  readonly beside: boolean
  readonly say: (line: string) => void
  /** Asks in the terminal; false without a terminal. */
  readonly ask?: (question: string) => Promise<boolean>
}

/** Opens, and opens again with a new history if the one that is there is damaged and that is wanted. */
export async function openOrBeginBeside<T>(start: DamagedStart, open: () => Promise<T>): Promise<T> {
  const { root, beside, say, ask = askInTerminal } = start
  try {
    return await open()
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || thrown.code !== 'damaged') throw thrown
    if (!beside && !(await ask(questionOf(root, thrown)))) throw new DamagedHistoryError(root, thrown)
    const { beginBeside } = await import('../store/salvage/project.ts')
    const aside = beginBeside(root, new Date())
    say(`${thrown.message}.\nA new history begins. The damaged one is kept in .yesterday/${aside}.`)
    return await open()
  }
}

const questionOf = (root: string, { message }: StoreError): string =>
  [
    `${root}: ${message}.`,
    '"yesterday fsck --salvage" recovers what can be read, and takes a while.',
    'Go on with a new history instead, and keep the damaged one beside it? [y/N] ',
  ].join('\n')

class DamagedHistoryError extends Error {
  readonly hint: string

  constructor(root: string, cause: StoreError) {
    super(cause.message, { cause })
    this.hint = [
      'What you can do:',
      `  yesterday fsck --salvage --root ${root}   recovers what can be read, and keeps the damaged history`,
      `  yesterday serve ${root} --beside          begins a new history, and keeps the damaged one beside it`,
    ].join('\n')
  }
}
