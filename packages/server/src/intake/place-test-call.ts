import { ApiError } from '@parley/contract/errors'
import { type TestCall, placeTestCallSchema } from '@parley/contract/test-calls'
import { browserParty, joinWithinSeconds, signTicket } from '../domain/browser-ticket.ts'
import type { CallPlan } from '../domain/call-plan.ts'
import type { AccountId } from '../domain/ids.ts'
import { insertCall } from '../store/calls.ts'
import type { Transaction } from '../store/database.ts'
import type { Jobs } from '../store/jobs.ts'
import { findBrowserLine } from '../store/nodes.ts'
import { notifyCall } from '../store/notify.ts'
import { withAgent } from './own-agents.ts'
import { checkOptions, languagesFor, type PlanDeps, planOf } from './plan-call.ts'

export interface PlaceTestCallDeps extends PlanDeps {
  readonly jobs: Jobs
  /** Signs tickets. */
  readonly secret: Buffer
  /** What else must be stored if and only if the call is. */
  readonly alongside?: (trx: Transaction, placed: TestCall) => Promise<void>
}

/** After this a call that nobody joined is taken like one to be dialled, and ended. */
const giveUpSeconds = joinWithinSeconds + 5

/**
 * Prepares a call that a browser may join within a minute. Throws ApiError: `invalid_request`, or
 * `unavailable` when no worker takes browsers now.
 */
export async function placeTestCall(
  deps: PlaceTestCallDeps,
  account: AccountId,
  given: unknown,
): Promise<TestCall> {
  const { body, faults } = await withAgent(deps, account, given)
  const checked = await checkOptions(deps, account, { schema: placeTestCallSchema, body })
  const errors = [...faults, ...checked.faults, ...checked.faultsOfMeaning]
  const { speech, demandedDisclosure } = checked
  if (errors.length > 0 || speech === null) throw new ApiError('invalid_request', { errors })
  const request = placeTestCallSchema.parse(body)
  const languages = languagesFor(request, deps.catalogue())
  const line = await findBrowserLine(deps.database)
  if (line === null) throw new ApiError('unavailable', { detail: 'No worker takes calls from browsers now' })
  const party = { to: browserParty, from: null, direction: 'inbound' } as const
  const plan = planOf({ request, speech, account, ...languages, demandedDisclosure, ...party })
  const now = Math.floor(Date.now() / 1_000)
  const placed: TestCall = {
    call_id: plan.callId,
    url: `${line}/browser-calls/${plan.callId}`,
    token: signTicket(plan.callId, { secret: deps.secret, now }),
    expires_at: new Date((now + joinWithinSeconds) * 1_000).toISOString(),
  }
  await store(deps, plan, { request, placed })
  return placed
}

type Request = ReturnType<typeof placeTestCallSchema.parse>

async function store(
  deps: PlaceTestCallDeps,
  plan: CallPlan,
  { request, placed }: { request: Request; placed: TestCall },
): Promise<void> {
  const { database, jobs, alongside } = deps
  await database.kysely.transaction().execute(async trx => {
    const wanted = {
      plan,
      request,
      metadata: request.metadata ?? null,
      webhookUrl: request.webhook_url ?? null,
      webhookEvents: request.webhook_events ?? null,
    }
    const { id } = await insertCall(trx, wanted, { type: 'queued' })
    await trx.updateTable('calls').set({ direction: 'inbound' }).where('id', '=', id).execute()
    await jobs.send('dial', { callId: id }, { transaction: trx, startAfterSeconds: giveUpSeconds })
    await alongside?.(trx, placed)
  })
  await notifyCall(database, plan.callId)
}
