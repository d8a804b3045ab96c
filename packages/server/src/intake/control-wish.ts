import { ApiError, type Fault } from '@parley/contract/errors'
import type { TransferCall } from '@parley/contract/live-control'
import type { CallPlan, TransferDestination } from '../domain/call-plan.ts'
import type { ControlWish } from '../domain/control.ts'
import type { AccountId } from '../domain/ids.ts'
import { readCallingAccount } from '../store/accounts.ts'
import { type PreflightDeps, refuseTransfer } from './preflight.ts'

type TransferWish = Extract<ControlWish, { type: 'transfer' }>

/**
 * Where a customer wants a callee moved: to a destination of the call, or to whomever preflight allows. Throws
 * ApiError `invalid_request`, or what preflight says of the number.
 */
export async function readTransfer(
  deps: PreflightDeps,
  account: AccountId,
  { plan, asked }: { plan: CallPlan; asked: TransferCall },
): Promise<TransferWish> {
  const to = await destinationOf(deps, account, { plan, asked })
  const mode = asked.mode ?? (asked.briefing === undefined ? (plan.transfer?.mode ?? 'cold') : 'warm')
  if (mode === 'cold') return { type: 'transfer', to, summary: null }
  if (asked.briefing === undefined && !plan.transfer?.briefing)
    throw invalid({ path: 'briefing', message: 'A warm transfer needs something to tell', code: 'required' })
  return { type: 'transfer', to, summary: asked.briefing ?? '' }
}

async function destinationOf(
  deps: PreflightDeps,
  account: AccountId,
  { plan, asked }: { plan: CallPlan; asked: TransferCall },
): Promise<TransferDestination> {
  const { destination, phone_number: number, sip_uri: uri } = asked
  if (destination !== undefined) return namedIn(plan, destination)
  if (number !== undefined) {
    await refuseTransfer(deps, account, { to: number, path: 'phone_number' })
    return { name: number, to: number, description: null }
  }
  if (uri === undefined) throw new Error('a transfer without a destination passed its schema')
  const { settings } = await readCallingAccount(deps.database, account)
  if (settings.allowSipUris === true) return { name: uri, to: uri, description: null }
  const message = "The account's settings do not allow sip: URIs"
  throw invalid({ path: 'sip_uri', message, code: 'sip_uri_not_allowed' })
}

function namedIn({ transfer }: CallPlan, name: string): TransferDestination {
  const destinations = transfer?.destinations ?? []
  const wanted = name.trim().toLowerCase()
  const found = destinations.find(known => known.name.toLowerCase() === wanted)
  if (found) return found
  const list = destinations.map(known => known.name).join(', ')
  const message = `The call has no such destination. Its destinations: ${list === '' ? 'none' : list}`
  throw invalid({ path: 'destination', message, code: 'unknown_destination' })
}

function invalid(fault: Fault): ApiError {
  return new ApiError('invalid_request', { errors: [fault] })
}
