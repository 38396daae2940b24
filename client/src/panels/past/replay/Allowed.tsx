/** What a replay may do outside, allowed one by one: a checkbox for each program or host of the plan. */
interface Props {
  readonly title: string
  readonly names: readonly string[]
  readonly chosen: readonly string[]
  readonly onChoose: (names: readonly string[]) => void
}

export function Allowed({ title, names, chosen, onChoose }: Props) {
  if (names.length === 0) return null
  return (
    <fieldset className="again-allowed">
      <legend>{title}</legend>
      {names.map((name) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ target }) =>
              onChoose(target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))
            }
          />
          <code>{name}</code>
        </label>
      ))}
    </fieldset>
  )
}
