import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeId } from '../domain/ids.ts'
import type { Breakers } from '../speech/fallback/breakers.ts'
import type { Probe } from '../speech/fallback/probes.ts'
import type { Database } from '../store/database.ts'
import { reportProviders } from '../store/nodes.ts'

export interface ProviderHealthParts {
  readonly breakers: Breakers
  readonly probes: ReadonlyMap<string, Probe>
}

export interface WatchedProviders extends ProviderHealthParts {
  readonly database: Database
  readonly nodeId: NodeId
  readonly onTrouble: (error: unknown) => void
  /** Between two looks at the breakers; default 1,000 ms. */
  readonly everyMs?: number
}

const usualEveryMs = 1_000
/** A provider that shows nothing by then is still out of order. */
const probePatienceMs = 5_000

/**
 * Tells the others which providers this worker can not reach, and tries each of those again when it has been left
 * alone for long enough: no call has to find out whether they are back. Disposing ends both.
 */
export function watchProviders(watched: WatchedProviders): Disposable {
  const over = new AbortController()
  const { onTrouble, everyMs = usualEveryMs } = watched
  const tell = teller(watched)
  const watching = async (): Promise<void> => {
    while (!over.signal.aborted) {
      probeDue(watched, over.signal)
      await tell().catch(onTrouble)
      await sleep(everyMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  void watching()
  return { [Symbol.dispose]: () => over.abort() }
}

/** Writes only what is new. */
function teller({ breakers, database, nodeId }: WatchedProviders): () => Promise<void> {
  let told = ''
  return async () => {
    const down = breakers.down().toSorted()
    if (down.join() === told) return
    await reportProviders(database, nodeId, down)
    told = down.join()
  }
}

function probeDue({ breakers, probes }: ProviderHealthParts, signal: AbortSignal): void {
  for (const name of breakers.down()) {
    const probe = probes.get(name)
    if (!probe || !breakers.isReady(name)) continue
    breakers.tried(name)
    probe(AbortSignal.any([signal, AbortSignal.timeout(probePatienceMs)])).then(
      () => breakers.worked(name),
      error => breakers.failed(name, error),
    )
  }
}
