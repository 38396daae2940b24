/** Whether a process is there. Signal 0 reaches nobody; not being allowed to send it means that there is somebody. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}
