import type { Logger } from 'pino'
import type { AccountId } from '../domain/ids.ts'
import type { Recordings } from '../files/recordings.ts'
import type { Database, Transaction } from '../store/database.ts'
import { eraseCalls, eraseWords, forgetRecordings } from '../store/erasure.ts'
import { cutoffsAt, findOld, type OldCall, retentionOf, sweepMessages } from '../store/retention.ts'
import { deleteOldSimulations, failForgotten } from '../store/simulation-progress.ts'

export interface RetentionDeps {
  readonly database: Database
  readonly recordings: Pick<Recordings, 'remove'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Pick<Logger, 'info'>
}

/** Calls that are erased in one transaction. */
const atOnce = 100
/** The tries of a job are over by then. */
const forgottenAfterMs = 24 * 3_600_000

/**
 * Erases what has been kept long enough, account by account: recordings, then what was said, then all that is
 * personal. May run any number of times, and be cut short anywhere: what is left is still old the next time.
 */
export async function enforceRetention(deps: RetentionDeps, signal: AbortSignal): Promise<void> {
  const nowMs = deps.clock()
  await failForgotten(deps.database, new Date(nowMs - forgottenAfterMs))
  for (const { account, own } of await retentionOf(deps.database)) {
    signal.throwIfAborted()
    const { audio, words, persons } = cutoffsAt(nowMs, own)
    const erased = {
      audio: await erase(deps, { what: 'audio', account, endedBefore: audio, signal }),
      words: await erase(deps, { what: 'words', account, endedBefore: words, signal }),
      persons: await erase(deps, { what: 'persons', account, endedBefore: persons, signal }),
    }
    await sweepMessages(deps.database, { account, before: words, nowMs })
    await deleteOldSimulations(deps.database, { account, before: words })
    if (erased.audio + erased.words + erased.persons > 0)
      deps.log.info({ account_id: account, ...erased }, 'what was kept long enough is erased')
  }
}

interface Erasing {
  readonly what: 'audio' | 'words' | 'persons'
  readonly account: AccountId
  readonly endedBefore: Date
  readonly signal: AbortSignal
}

async function erase(deps: RetentionDeps, { what, signal, ...old }: Erasing): Promise<number> {
  for (let erased = 0; ; ) {
    signal.throwIfAborted()
    const calls = await findOld(deps.database, what, { ...old, limit: atOnce })
    // The file first: a row without it is found again, a file without its row never is.
    if (what !== 'words') await removeRecordings(deps, calls)
    const ids = calls.map(call => call.id)
    await deps.database.kysely.transaction().execute(trx => erasers[what](trx, ids))
    erased += calls.length
    if (calls.length < atOnce) return erased
  }
}

const erasers = {
  audio: forgetRecordings,
  words: eraseWords,
  persons: eraseCalls,
} as const satisfies Record<string, (trx: Transaction, ids: OldCall['id'][]) => Promise<void>>

async function removeRecordings({ recordings }: RetentionDeps, calls: readonly OldCall[]): Promise<void> {
  for (const { recording_path: path } of calls) if (path !== null) await recordings.remove(path)
}
