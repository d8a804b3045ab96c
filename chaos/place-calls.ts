import { setTimeout as sleep } from 'node:timers/promises'
import { type Asker, pauseMs, post } from './ask.ts'
import { numberOf } from './manners.ts'

/** A customer who wants so many calls, evenly over a time, and goes on asking until each is accepted. */
export interface Customer extends Asker {
  readonly webhookUrl: string
  /** What the calls are besides the usual. */
  readonly change?: object
}

export interface Accepted {
  readonly place: number
  readonly callId: string
}

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
  const { webhookUrl, change } = customer
  const body = { ...order, ...change, phone_number: numberOf(place), webhook_url: webhookUrl }
  const wanted = { path: '/v1/calls', place: `chaos-call-${place}`, body }
  for (let tries = 0; ; tries += 1) {
    const call = await post<{ call_id: string }>(customer, { ...wanted, tries: place + tries })
    if (call !== null) return { place, callId: call.call_id }
    await sleep(pauseMs, undefined, { signal })
  }
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
