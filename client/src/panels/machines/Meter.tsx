/** A bar with its name and its numbers in words. */
import { useId } from 'react'

export function Meter(props: {
  readonly name: string
  readonly used: number | null
  readonly total: number | null
  readonly text: string
}) {
  const { name, used, total, text } = props
  const id = useId()
  const share = used === null || total === null || total <= 0 ? null : Math.min(1, used / total)
  return (
    <div className="meter">
      <span id={id}>{name}</span>
      <span className="meter-text">{text}</span>
      {share !== null && (
        <meter
          aria-labelledby={id}
          aria-valuetext={text}
          min={0}
          max={1}
          high={0.9}
          optimum={0}
          value={share}
        />
      )}
    </div>
  )
}
