import { setTimeout as sleep } from 'node:timers/promises'
import { DialFailed, type Unavailable } from '../port.ts'
import type { CallOrder, RestAnswer, Vendor } from '../vendor.ts'
import { type RestClient, RestFault } from './rest-client.ts'

/** `lost`: the vendor may have placed the call, and did not say so. */
export type Created = { readonly type: 'created'; readonly id: string } | { readonly type: 'lost' }

/** What one create request led to, and whether asking again can dial anybody twice. */
type Try =
  | Created
  | { readonly type: 'refused'; readonly failure: DialFailed }
  | { readonly type: 'again'; readonly waitMs: number; readonly otherwise: DialFailed | null }

export interface CreateDeps {
  readonly vendor: Vendor
  readonly rest: RestClient
  /** Another carrier waits for its turn: this one is not asked twice. */
  readonly hasAlternative: boolean
}

const mostTries = 3
const retryWaitMs = 400
const longestWaitMs = 3_000

/**
 * Asks the vendor to place a call, at most once. Only a request that surely placed nothing is repeated: it
 * never left, was turned away for being too many, or the vendor knows its key. Rejects with DialFailed when
 * there surely is no call.
 */
export async function createCall(
  order: CallOrder,
  { vendor, rest, hasAlternative }: CreateDeps,
  signal: AbortSignal,
): Promise<Created> {
  for (let tries = 1; ; tries += 1) {
    const result = await tryOnce(order, { vendor, rest }, signal)
    if (result.type === 'refused') throw result.failure
    if (result.type !== 'again') return result
    if (result.otherwise !== null && hasAlternative) throw result.otherwise
    if (tries < mostTries && !signal.aborted)
      await sleep(result.waitMs, undefined, { signal }).catch(() => undefined)
    else if (result.otherwise !== null) throw result.otherwise
    else return { type: 'lost' }
  }
}

async function tryOnce(
  order: CallOrder,
  { vendor, rest }: { vendor: Vendor; rest: RestClient },
  signal: AbortSignal,
): Promise<Try> {
  try {
    return judge(await rest.send(vendor.rest.createCall(order), signal), vendor)
  } catch (error) {
    if (!(error instanceof RestFault)) throw error
    const unreachable = new DialFailed('failed', {
      message: error.message,
      code: null,
      cause: error,
      unavailable: { retryAfterMs: null },
    })
    if (error.kind === 'unsent') return { type: 'again', waitMs: retryWaitMs, otherwise: unreachable }
    return afterLoss(vendor)
  }
}

/** Our account there does not serve, whomever we call: no credentials, no money. */
const accountTroubles: ReadonlySet<number> = new Set([401, 402])

/** Pure: what an answer to a create request says. */
export function judge(answer: RestAnswer, vendor: Vendor): Try {
  const { status } = answer
  const id = status >= 200 && status < 300 ? vendor.rest.readCreated(answer) : null
  if (id !== null) return { type: 'created', id }
  if (status === 429) {
    const waitMs = Math.min(longestWaitMs, (answer.retryAfterSeconds ?? retryWaitMs / 1000) * 1000)
    const otherwise = refusal('The carrier takes no more calls now', answer, {
      code: null,
      unavailable: {
        retryAfterMs: answer.retryAfterSeconds === null ? null : answer.retryAfterSeconds * 1000,
      },
    })
    return { type: 'again', waitMs, otherwise }
  }
  if (status >= 400 && status < 500) {
    const code = vendor.rest.readErrorCode(answer)
    const unavailable = accountTroubles.has(status) ? { retryAfterMs: null } : null
    return {
      type: 'refused',
      failure: refusal('The carrier refused the call', answer, { code, unavailable }),
    }
  }
  return afterLoss(vendor)
}

function afterLoss(vendor: Vendor): Try {
  return vendor.capabilities.createIsIdempotent
    ? { type: 'again', waitMs: retryWaitMs, otherwise: null }
    : { type: 'lost' }
}

function refusal(
  message: string,
  { status }: RestAnswer,
  { code, unavailable }: { code: number | null; unavailable: Unavailable | null },
): DialFailed {
  const verbatim = code === null ? `HTTP ${status}` : `HTTP ${status}, ${code}`
  const detail = { message: `${message} (${verbatim})`, code: code ?? status }
  return new DialFailed('failed', unavailable === null ? detail : { ...detail, unavailable })
}
