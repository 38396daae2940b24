/** Counts as bars. A picture: what it says in words is beside it. */
export function Histogram({ bins, height }: { readonly bins: readonly number[]; readonly height: number }) {
  const most = Math.max(1, ...bins)
  return (
    <svg
      className="histogram"
      viewBox={`0 0 ${bins.length} ${height}`}
      height={height}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bins.map((count, place) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / most) * height)
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
        return <rect key={place} x={place + 0.08} y={height - tall} width={0.84} height={tall} />
      })}
    </svg>
  )
}
