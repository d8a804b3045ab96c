import type { ApiKeyId } from '../domain/ids.ts'
import { findUsable } from '../store/api-keys.ts'
import type { Database } from '../store/database.ts'

/**
 * Answers that stay open ask for their key once. This looks after them: where a key is revoked or runs out, on whatever
 * process, what it holds open here ends within two seconds.
 */
export interface KeyWatch extends Disposable {
  /** Aborts when the key is no good any more. The look goes on until `over` aborts. */
  whileUsable(keyId: ApiKeyId, over: AbortSignal): AbortSignal
}

const lookEveryMs = 1_000

export function openKeyWatch(database: Database, onTrouble: (error: unknown) => void): KeyWatch {
  const held = new Map<ApiKeyId, Set<AbortController>>()
  const look = async () => {
    const ids = [...held.keys()]
    if (ids.length === 0) return
    const usable = await findUsable(database, ids)
    for (const id of ids) {
      if (!usable.has(id)) for (const stream of held.get(id) ?? []) stream.abort()
    }
  }
  let isLooking = false
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    look()
      .catch(onTrouble)
      .finally(() => (isLooking = false))
  }, lookEveryMs)
  timer.unref()
  return {
    whileUsable(keyId, over) {
      const stream = new AbortController()
      const streams = held.get(keyId) ?? new Set()
      held.set(keyId, streams.add(stream))
      const forget = () => {
        streams.delete(stream)
        if (streams.size === 0 && held.get(keyId) === streams) held.delete(keyId)
      }
      over.addEventListener('abort', forget, { once: true })
      if (over.aborted) forget()
      return stream.signal
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
