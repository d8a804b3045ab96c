import { isMainThread } from 'node:worker_threads'

/**
 * Loaded into the demo's children with `--import`: ends the process as Ctrl-C would when the process
 * that started it is gone, even where that one was killed and could not say goodbye. The kernel then
 * gives the orphan another parent, which is what shows here.
 */
const checkMs = 500

if (isMainThread) {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }, checkMs).unref()
}
