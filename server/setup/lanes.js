/** Jobs side by side: each waits for a free lane, and what it printed comes whole when it is done. */

/**
 * Runs the jobs in their order, `lanes` at a time; settles when all are done. A job is a name and a function that
 * settles with what to print.
 */
export async function inLanes(lanes, jobs, say) {
  const waiting = [...jobs]
  const lane = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      say(`  ${job.name} …`)
      const started = Date.now()
      const output = await job.work()
      say(`\n== ${job.name}, ${((Date.now() - started) / 1000).toFixed(0)} s\n${output}`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
