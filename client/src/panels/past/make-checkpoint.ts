/** Makes a checkpoint: names the present moment of a notebook. */
import { Checkpoint } from '@yesterday/server/contract/past.ts'
import { type Answer, api } from '../../api/api.ts'

export const CHECKPOINTS = '/api/past/checkpoints'

/** `notebook` is its path. */
export const makeCheckpoint = (notebook: string, name: string): Promise<Answer<Checkpoint>> =>
  api.send(Checkpoint, CHECKPOINTS, 'POST', { notebook, name })

/** Makes the cells of the notebook those of the checkpoint. Answers the checkpoint of the result. */
export const restoreCheckpoint = (notebook: string, checkpoint: string): Promise<Answer<Checkpoint>> =>
  api.send(Checkpoint, `${CHECKPOINTS}/${encodeURIComponent(checkpoint)}/restore`, 'POST', { notebook })
