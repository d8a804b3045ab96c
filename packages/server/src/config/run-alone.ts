import type { Logger } from 'pino'

/** A part of the platform that runs as a process of its own. */
export interface Runnable extends AsyncDisposable {
  /** Where it can be reached; told to the supervisor. */
  readonly address: string
  /** Takes nothing new and resolves when what it has is done. */
  drain(): Promise<void>
  /** Ends what is under way at once. */
  hangUp(): void
}

/**
 * Runs until told to stop: the first TERM drains, the second hangs up. A supervisor that is gone counts as
 * both, since the database may be gone with it. INT from a terminal reaches the whole group, so a supervised
 * process leaves it to its supervisor.
 */
export async function runAlone(part: Runnable, log: Logger): Promise<void> {
  await using running = part
  const supervised = process.send !== undefined
  // A failure that nobody waited for is a defect of ours, but no reason to cut off everybody's calls.
  process.on('unhandledRejection', error => log.error({ err: error }, 'a failure was left unhandled'))
  process.send?.({ type: 'ready', address: running.address })
  log.info({ address: running.address }, 'ready')
  const over = Promise.withResolvers<void>()
  let asked = 0
  const stop = () => {
    asked += 1
    if (asked > 1) return running.hangUp()
    log.info('draining')
    running.drain().then(over.resolve, over.reject)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', () => {
    if (!supervised) stop()
  })
  process.on('disconnect', () => {
    stop()
    running.hangUp()
  })
  // Listening to the supervisor must not keep a process alive that has nothing left to do.
  process.channel?.unref()
  await over.promise
}
