import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '@parley/contract/errors'
import type { AccountId } from '../domain/ids.ts'
import type { Database, Transaction } from '../store/database.ts'
import {
  forgetAnswer,
  type IdempotentRequest,
  keepAnswer,
  KeyTaken,
  recallAnswer,
} from '../store/idempotency.ts'
import type { Sealing } from '../store/sealing.ts'

/** Keeps the answer in the transaction that does what is answered. */
export type Keep<Answer> = (trx: Transaction, answer: Answer) => Promise<void>

export interface Once {
  readonly account: AccountId
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: IncomingHttpHeaders
  }
  readonly body: unknown
  /** Seals the answer that is kept: there is a secret in it. */
  readonly sealing?: Sealing
}

/**
 * As `answerOnce`, for what is only known to have come about some time after its transaction: an answer that was
 * kept for it is taken back where `act` rejects.
 */
export async function answerOnceDone<Answer extends object>(
  database: Database,
  once: Once,
  act: (keep: Keep<Answer>) => Promise<Answer>,
): Promise<{ answer: Answer; replayed: boolean }> {
  return await answerOnce<Answer>(database, once, async keep => {
    let isKept = false
    try {
      return await act(async (trx, answer) => {
        await keep(trx, answer)
        isKept = true
      })
    } catch (error) {
      const wanted = idempotentRequest(once)
      if (isKept && wanted !== null) await forgetAnswer(database, wanted)
      throw error
    }
  })
}

/**
 * Does what a request with an `Idempotency-Key` asks for once, and gives the first answer to whoever sends
 * it again. Refusals are not kept: they changed nothing, and may be put right meanwhile.
 */
export async function answerOnce<Answer extends object>(
  database: Database,
  once: Once,
  act: (keep: Keep<Answer>) => Promise<Answer>,
): Promise<{ answer: Answer; replayed: boolean }> {
  const wanted = idempotentRequest(once)
  if (wanted === null) return { answer: await act(async () => undefined), replayed: false }
  const { sealing } = once
  const earlier = await replay<Answer>(database, wanted, sealing)
  if (earlier !== null) return { answer: earlier, replayed: true }
  const kept = (answer: Answer) =>
    sealing === undefined ? answer : { sealed: sealing.seal(JSON.stringify(answer)) }
  try {
    const given: Answer[] = []
    const made = await act(async (trx, answer) => {
      await keepAnswer(trx, wanted, kept(answer))
      given.push(answer)
    })
    // The one that was kept, where it was made twice: whoever asks again gets the same, to the millisecond.
    return { answer: given.at(-1) ?? made, replayed: false }
  } catch (error) {
    // What another one with the key did meanwhile can also be what a refusal is for: a name that is taken now.
    if (!(error instanceof KeyTaken || error instanceof ApiError)) throw error
    const meanwhile = await replay<Answer>(database, wanted, sealing)
    if (meanwhile !== null) return { answer: meanwhile, replayed: true }
    if (error instanceof ApiError) throw error
    throw new ApiError('idempotency_in_progress', { retryAfterSeconds: 1, cause: error })
  }
}

async function replay<Answer extends object>(
  database: Database,
  wanted: IdempotentRequest,
  sealing?: Sealing,
): Promise<Answer | null> {
  const earlier = await recallAnswer(database, wanted)
  if (earlier === null) return null
  if (!earlier.requestHash.equals(wanted.requestHash)) {
    const detail = 'The Idempotency-Key was used before with another request'
    throw new ApiError('idempotency_key_reused', { detail })
  }
  if (sealing === undefined) return earlier.answer as Answer
  return JSON.parse(sealing.open(String(earlier.answer.sealed))) as Answer
}

function idempotentRequest({ account, request, body }: Once): IdempotentRequest | null {
  const key = request.headers['idempotency-key']
  if (key === undefined || request.method !== 'POST') return null
  if (typeof key !== 'string' || !/^[A-Za-z0-9_-]{8,255}$/.test(key)) {
    throw new ApiError('bad_request', {
      detail: 'Idempotency-Key must be 8 to 255 of A-Z, a-z, 0-9, _ and -',
    })
  }
  const asked = JSON.stringify([request.method, request.url, body])
  return { account, key, requestHash: createHash('sha256').update(asked).digest() }
}
