/** The comments of the notebook, as a panel. */
import { MessageSquare } from '../../ui/icons.ts'
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Panel } from '../panel.ts'

export const comments: Panel = {
  id: 'comments',
  title: 'comments.title',
  icon: MessageSquare,
  Content: lazyPart(async () => (await import('./CommentsPanel.tsx')).CommentsPanel),
  command: { label: 'command.comments', keys: ['Shift-c'] },
}
