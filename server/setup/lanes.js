/** Jobs side by side: each waits for a free lane, and what it printed comes whole when it is done. */

/**
 * Runs jobs: `first` one by one on one lane, which then helps with `beside`; these fill `lanes - 1` others from the
 * start. With one lane, all are run in order. Settles when all are done. A job is a name and a function that settles
 * with what to print.
 */
export async function inLanes(lanes, first, beside, say) {
  const waiting = [...beside]
  const lane = async (jobs) => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      say(`  ${job.name} …`)
      const started = Date.now()
      const output = await job.work()
      say(`\n== ${job.name}, ${((Date.now() - started) / 1000).toFixed(0)} s\n${output}`)
    }
  }
  const leading = async () => {
    await lane([...first])
    await lane(waiting)
  }
  await Promise.all([leading(), ...Array.from({ length: lanes - 1 }, () => lane(waiting))])
}
