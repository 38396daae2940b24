/** Puts text into the system's clipboard, and says so. */
import { t } from '../text/text.ts'
import { notify } from './notices.ts'

/** `done` is what is said when it is there. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify('info', done)
  } catch {
    notify('warning', t('outputs.copyFailed'))
  }
}
