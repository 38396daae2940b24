/** A choice of roles. */
import { ROLES, type Role } from '@yesterday/server/contract/route.ts'
import { t } from '../../text/text.ts'

export function RoleChoice(props: {
  readonly label: string
  readonly value: Role
  /** False where there are no owners: of a folder or notebook. */
  readonly hasOwner?: boolean
  readonly onChoose: (role: Role) => void
}) {
  return (
    <select
      className="field"
      aria-label={props.label}
      value={props.value}
      onChange={(event) => {
        const role = ROLES.find((one) => one === event.target.value)
        if (role !== undefined) props.onChoose(role)
      }}
    >
      {ROLES.filter((role) => role !== 'owner' || props.hasOwner !== false).map((role) => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </select>
  )
}
