import type { AccountId, CallId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import type { Database } from '../src/store/database.ts'

/** A bare account, for tests that need a row to hang others on. */
export async function testAccount({ kysely }: Database): Promise<AccountId> {
  const id = newId<AccountId>()
  await kysely.insertInto('accounts').values({ id, name: 'Test', webhook_secret_sealed: '-' }).execute()
  return id
}

/** A bare queued call of the account. */
export async function testCall({ kysely }: Database, accountId: AccountId): Promise<CallId> {
  const id = newId<CallId>()
  const plan = {
    callId: id,
    accountId,
    to: '+14155551234',
    from: null,
    prompt: { kind: 'task', text: 'Say hello to them.' },
    firstSentence: null,
    mode: 'realtime',
    model: 'local-realtime',
    voice: 'alloy',
    temperature: null,
    language: 'en-US',
    maxDurationMs: 60_000,
    requestData: {},
    record: true,
  }
  await kysely
    .insertInto('calls')
    .values({
      id,
      account_id: accountId,
      phone_number: '+14155551234',
      status: 'queued',
      mode: 'realtime',
      model: 'local-realtime',
      voice: 'alloy',
      request: '{}',
      plan: JSON.stringify(plan),
      // As if it had been placed this moment.
      checked_until: new Date(Date.now() + 3_600_000),
    })
    .execute()
  return id
}
