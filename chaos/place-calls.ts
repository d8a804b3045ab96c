import { setTimeout as sleep } from 'node:timers/promises'
import { numberOf } from './manners.ts'

/** A customer who wants so many calls, evenly over a time, and goes on asking until each is accepted. */
export interface Customer {
  readonly apis: readonly string[]
  readonly key: string
  readonly webhookUrl: string
  /** What the calls are besides the usual. */
  readonly change?: object
}

export interface Accepted {
  readonly place: number
  readonly callId: string
}

const tryMs = 10_000
const pauseMs = 500

export async function placeCalls(
  customer: Customer,
  { calls, withinMs }: { calls: number; withinMs: number },
  signal: AbortSignal,
): Promise<Accepted[]> {
  const placing: Promise<Accepted>[] = []
  for (let place = 0; place < calls; place += 1) {
    placing.push(placeOne(customer, place, signal))
    await sleep(withinMs / calls, undefined, { signal })
  }
  return await Promise.all(placing)
}

/** Each try is of the same call: the key makes it so. */
async function placeOne(customer: Customer, place: number, signal: AbortSignal): Promise<Accepted> {
  for (let tries = 0; ; tries += 1) {
    const api = customer.apis[(place + tries) % customer.apis.length] ?? ''
    const callId = await ask(customer, api, place)
    if (callId !== null) return { place, callId }
    await sleep(pauseMs, undefined, { signal })
  }
}

/** Null: nobody knows what became of it, or it is to be asked again. */
async function ask(
  { key, webhookUrl, change }: Customer,
  api: string,
  place: number,
): Promise<string | null> {
  const answer = await fetch(`${api}/v1/calls`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': `chaos-call-${place}`,
    },
    body: JSON.stringify({ ...order, ...change, phone_number: numberOf(place), webhook_url: webhookUrl }),
    signal: AbortSignal.timeout(tryMs),
  }).catch(() => null)
  if (answer === null) return null
  const text = await answer.text().catch(() => null)
  if (text === null) return null
  if (answer.status === 201) return (JSON.parse(text) as { call_id: string }).call_id
  if (answer.status >= 500 || answer.status === 409 || answer.status === 429) return null
  throw new Error(`POST /v1/calls answered ${answer.status}: ${text}`)
}

const order = {
  task: 'Say hello and answer whatever the person says.',
  first_sentence: 'Hello, this is a call of the chaos run.',
  from_number: '+18005551234',
  max_duration: 0.5,
  silence: { prompt_after_seconds: 5, hang_up_after_seconds: 10 },
  analysis: { summary: false },
  webhook_events: ['call.queued', 'call.completed', 'call.failed'],
}
