/** Refusals that several routes share. */
import type { Refusal } from '../../document/ports.ts'

export const nameTaken: Refusal = {
  code: 'nameTaken',
  status: 409,
  message: 'A member has this name already.',
  hint: 'Choose another name.',
}
