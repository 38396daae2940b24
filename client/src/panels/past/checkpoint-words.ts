/** What a checkpoint is called: by its person, or by why the server made it. */
import type { Checkpoint } from '@yesterday/server/contract/past.ts'
import { t } from '../../text/text.ts'

export const checkpointTitle = ({ name, why }: Pick<Checkpoint, 'name' | 'why'>): string =>
  why === undefined ? name : t(`checkpoint.${why}`, { name })
