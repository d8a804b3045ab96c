import { ApiError } from '@parley/contract/errors'
import { Temporal } from 'temporal-polyfill'
import type { ToolResult } from '../../conversation/tools/tool-answer.ts'
import type { CallPlan } from '../../domain/call-plan.ts'
import { timeIn } from '../../domain/local-time.ts'
import { zonesOf } from '../../intake/number-zones.ts'
import { placeCall, type PlaceCallDeps } from '../../intake/place-call.ts'
import { findCall } from '../../store/calls.ts'
import type { CalledTool } from './called-tool.ts'
import { calleeNumber } from './opt-out.ts'

/** Further ahead nobody remembers what they agreed to. */
const furthestDays = 30
const dayMs = 24 * 3_600_000
/** Sooner the two calls would meet. */
const soonestMs = 60_000

export type CallbackDeps = Omit<PlaceCallDeps, 'alongside'> & {
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Places another call with the same options, for a time that the agent and the callee have agreed on. */
export function scheduleCallbackTool(plan: CallPlan, deps: CallbackDeps): CalledTool {
  return {
    definition: {
      name: 'schedule_callback',
      description:
        'Arranges that we call this person again. Agree on a day and a time with them first, and say it back. Afterwards confirm the time that it returns.',
      parameters: {
        type: 'object',
        properties: {
          local_time: {
            type: 'string',
            description: 'When to call, by the clocks where the person is: YYYY-MM-DDTHH:MM',
            maxLength: 32,
          },
          time_zone: {
            type: 'string',
            description: 'The IANA zone where the person is, as Europe/Madrid. Only where they have told it.',
            maxLength: 64,
          },
        },
        required: ['local_time'],
        additionalProperties: false,
      },
    },
    hasEffects: true,
    isOwn: true,
    waitingLine: null,
    afterwards: 'answer',
    async call({ arguments: given }) {
      const number = calleeNumber(plan)
      if (number === null)
        return { error: 'The number of this call is not known, so it can not be called again' }
      const zone = await zoneFor(number, given['time_zone'])
      if (typeof zone !== 'string') return zone
      const atMs = instantOf(String(given['local_time']), zone)
      const fault = faultIn(atMs, { zone, nowMs: deps.clock() })
      if (atMs === null || fault !== null) return { error: fault ?? noTime }
      return await arrange(plan, deps, { number, zone, atMs })
    },
  }
}

const noTime = 'local_time is no time: give a day that exists, as 2026-11-30T15:00'

/** The zone that was named, else the only one that the number may be in. */
async function zoneFor(number: string, named: unknown): Promise<string | { error: string }> {
  const zones = typeof named === 'string' && named !== '' ? [named] : await zonesOf(number)
  const [zone] = zones
  if (zones.length === 1 && zone !== undefined)
    return isZone(zone) ? zone : { error: `${zone} is no IANA time zone` }
  return { error: 'Nobody knows in which time zone the person is. Ask them, and give time_zone' }
}

function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return true
  } catch {
    return false
  }
}

/** Null where no calendar has such a time. An hour that the clocks skip becomes the one after it. */
function instantOf(localTime: string, zone: string): number | null {
  try {
    const local = Temporal.PlainDateTime.from(localTime, { overflow: 'reject' })
    return local.toZonedDateTime(zone).epochMilliseconds
  } catch {
    return null
  }
}

function faultIn(atMs: number | null, { zone, nowMs }: { zone: string; nowMs: number }): string | null {
  if (atMs === null) return noTime
  const now = `It is ${timeIn(zone, nowMs)} where the person is`
  if (atMs < nowMs + soonestMs) return `That time is over. ${now}`
  return atMs > nowMs + furthestDays * dayMs
    ? `That is more than ${furthestDays} days ahead: agree on an earlier time. ${now}`
    : null
}

interface Agreed {
  readonly number: string
  readonly zone: string
  readonly atMs: number
}

/** The same request once more; what would refuse it now is told to the model. */
async function arrange(
  { accountId: account, callId }: CallPlan,
  deps: CallbackDeps,
  { number, zone, atMs }: Agreed,
): Promise<ToolResult> {
  const first = await findCall(deps.database, { account, id: callId })
  if (!first) return { error: 'This call is not known any more' }
  const body = { ...first.request, phone_number: number, schedule_at: new Date(atMs).toISOString() }
  try {
    const { call } = await placeCall(deps, account, { body })
    const dialMs = call.dial_after?.getTime() ?? atMs
    return { ok: true, result: { we_call_at: timeIn(zone, dialMs), time_zone: zone } }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { error: `The call can not be arranged: ${error.more.detail ?? error.message}` }
  }
}
