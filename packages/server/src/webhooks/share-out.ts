import type { Logger } from 'pino'
import { passesFilters } from '../domain/webhook-filter.ts'
import type { AccountId, CallId } from '../domain/ids.ts'
import type { Database } from '../store/database.ts'
import {
  findWaitingEvents,
  insertDeliveries,
  postponeEvent,
  subscribersOf,
  takeEvent,
} from '../store/webhook-events.ts'
import { messageOf } from './message.ts'

export interface ShareOutDeps {
  readonly database: Database
  /** The flat call object of the API; null when the call is gone. */
  readonly callObject: (callId: CallId, accountId: AccountId) => Promise<object | null>
  readonly log: Pick<Logger, 'error'>
}

/** Events looked at in one go. */
const atOnce = 200
/** Of which so many side by side: each holds a connection. */
const sideBySide = 3

/** Makes messages of the events that wait, each in a transaction of its own. Answers how many there were. */
export async function shareOut(deps: ShareOutDeps): Promise<number> {
  const ids = await findWaitingEvents(deps.database, atOnce)
  const left = ids.values()
  const shareRest = async () => {
    for (const id of left) await share(id, deps).catch(error => leave(id, error, deps))
  }
  await Promise.all(Array.from({ length: sideBySide }, shareRest))
  return ids.length
}

/** The event goes and its messages come, all or nothing: a process that dies here leaves it to the next. */
async function share(id: string, { database, callObject }: ShareOutDeps): Promise<void> {
  await database.kysely.transaction().execute(async trx => {
    const waiting = await takeEvent(trx, id)
    if (waiting === null) return
    const { call_id, account_id, event, details, sequence, occurred_at: occurredAt } = waiting
    const subscribers = await subscribersOf(trx, waiting)
    if (subscribers.length === 0) return
    const call = call_id === null ? null : await callObject(call_id, account_id)
    if (call_id !== null && call === null) return
    const message = messageOf(call, { event, eventId: id, occurredAt, sequence, details })
    const wanting = subscribers.filter(({ filters }) => passesFilters(filters, message))
    await insertDeliveries(trx, waiting, { subscribers: wanting, body: JSON.stringify(message) })
  })
}

async function leave(id: string, error: unknown, { database, log }: ShareOutDeps): Promise<void> {
  log.error({ err: error, event: id }, 'an event could not be shared out among subscriptions')
  await postponeEvent(database, id).catch(failure =>
    log.error({ err: failure, event: id }, 'an event is tried again at once'),
  )
}
