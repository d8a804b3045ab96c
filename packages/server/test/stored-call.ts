import type { Insertable } from 'kysely'
import type { CallPlan } from '../src/domain/call-plan.ts'
import type { AccountId, CallId } from '../src/domain/ids.ts'
import { newId } from '../src/domain/new-id.ts'
import type { Database } from '../src/store/database.ts'
import type { Tables } from '../src/store/tables.ts'

export async function storedAccount(database: Database): Promise<AccountId> {
  const id = newId() as AccountId
  await database.kysely
    .insertInto('accounts')
    .values({ id, name: 'Bright Dental', webhook_secret_sealed: 'sealed' })
    .execute()
  return id
}

/** A call that was talked to its end, as the dialer leaves it; any column can be told otherwise. */
export async function storedCall(
  database: Database,
  accountId: AccountId,
  other: Partial<Insertable<Tables['calls']>> = {},
): Promise<CallId> {
  const id = newId() as CallId
  const plan = planOf(id, accountId)
  await database.kysely
    .insertInto('calls')
    .values({
      id,
      account_id: accountId,
      phone_number: plan.to,
      status: 'completed',
      mode: plan.mode,
      model: plan.model,
      voice: plan.voice,
      request: JSON.stringify({ instructions: plan.prompt.text }),
      plan: JSON.stringify(plan),
      ...other,
    })
    .execute()
  return id
}

function planOf(callId: CallId, accountId: AccountId): CallPlan {
  return {
    callId,
    accountId,
    to: '+14155551234',
    from: null,
    prompt: { kind: 'instructions', text: 'Confirm the appointment of John Smith.' },
    firstSentence: null,
    mode: 'realtime',
    model: 'local-realtime',
    voice: 'alloy',
    temperature: null,
    language: 'en-US',
    maxDurationMs: 300_000,
    requestData: { patient_name: 'John Smith' },
    record: true,
  }
}
