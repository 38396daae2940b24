/** Words of the server's notices, and of connections that it closed. */
import { noticeTexts } from '@yesterday/server/contract/notices.ts'

export const notices = {
  ...noticeTexts,
  'notice.broughtBack':
    'Another person deleted a cell while you wrote in it. It is back, with what you wrote.',
  'notice.tooMuch':
    'This page sent more at once than the server takes. It connects again by itself; your edits are kept.',
} as const
