import { ApiError } from '@parley/contract/errors'
import type { AccountId } from '../domain/ids.ts'

/** How many answers of one account may stay open at once: event streams and listeners. Counted in this process. */
export interface StreamRoom {
  /** Throws `rate_limited` where the account has all that it may. Counts until `over` aborts. */
  enter(account: AccountId, over: AbortSignal): void
}

const retryAfterSeconds = 5

export function openStreamRoom(most: number): StreamRoom {
  const held = new Map<AccountId, number>()
  return {
    enter(account, over) {
      const before = held.get(account) ?? 0
      if (before >= most) {
        const detail = `The account has all of its ${most} streams open`
        throw new ApiError('rate_limited', { detail, retryAfterSeconds })
      }
      if (over.aborted) return
      held.set(account, before + 1)
      const leave = () => {
        const left = (held.get(account) ?? 1) - 1
        if (left > 0) held.set(account, left)
        else held.delete(account)
      }
      over.addEventListener('abort', leave, { once: true })
    },
  }
}
