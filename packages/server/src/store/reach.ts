import { setTimeout as sleep } from 'node:timers/promises'

const againMs = 250
const patienceMs = 10_000

/**
 * The database is away or going: connections refused or broken (SQLSTATE class 08), the server shutting
 * down or starting (57P0x), or no connection free in time.
 */
export function isOutOfReach(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const code = 'code' in thrown ? String(thrown.code) : ''
  if (/^(ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|08\w{3}|57P0[123]|53300)$/.test(code)) return true
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(thrown.message)
}

/** Asks again while the database is restarted, for ten seconds at most: only what may be done twice. */
export async function whenInReach<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (const givenUpAt = performance.now() + patienceMs; ; await sleep(againMs)) {
    try {
      return await ask()
    } catch (error) {
      if (!isOutOfReach(error) || performance.now() >= givenUpAt) throw error
    }
  }
}
