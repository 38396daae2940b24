/** The sender of a request as the audit log names them. */
import type { AuditEntry } from '../../../contract/audit.ts'
import type { Call } from '../route.ts'

/** Who did it and from where, for the audit log. */
export const senderOf = ({
  person,
  visitor,
}: Pick<Call, 'person' | 'visitor'>): Pick<AuditEntry, 'by' | 'address'> => ({
  by: { id: person.id, name: person.name },
  address: visitor.address,
})
