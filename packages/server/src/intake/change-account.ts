import { type AccountSettingsObject, ownSettings } from '@parley/contract/accounts'
import { ApiError } from '@parley/contract/errors'
import type { AccountId, CallId } from '../domain/ids.ts'
import { changedSettings } from '../store/account-settings.ts'
import { type AccountRow, changeAccount, findAccount } from '../store/accounts.ts'
import type { Database, Transaction } from '../store/database.ts'
import { cancelSimulationsOf } from '../store/simulations.ts'
import { cancelWaitingCalls, stopLiveCalls } from '../store/suspension.ts'

/**
 * Who may do what to accounts: administrators of the operator's account look after all of them, those of another one
 * see their own, and set there what binds nobody but themselves.
 */

/** Throws ApiError `operator_only`. */
export async function operatorOnly(at: Pick<Database, 'kysely'>, asking: AccountId): Promise<void> {
  if (await isOperator(at, asking)) return
  throw new ApiError('operator_only', { detail: "Only administrators of the operator's account may do this" })
}

export async function isOperator(at: Pick<Database, 'kysely'>, asking: AccountId): Promise<boolean> {
  return (await findAccount(at, asking))?.is_operator === true
}

/** Throws ApiError `not_found` also where the account is another one's. */
export async function visibleAccount(
  at: Pick<Database, 'kysely'>,
  asking: AccountId,
  id: string,
): Promise<AccountRow> {
  const found = id === asking || (await isOperator(at, asking)) ? await findAccount(at, id) : null
  return found ?? unknownAccount()
}

export interface AccountChange {
  readonly name?: string | undefined
  readonly settings?: AccountSettingsObject | undefined
}

/** Throws ApiError: `not_found`, or `operator_only` for settings that are not the account's own to set. */
export async function changeVisibleAccount(
  trx: Transaction,
  { asking, id }: { asking: AccountId; id: string },
  { name, settings = {} }: AccountChange,
): Promise<AccountRow> {
  await visibleAccount({ kysely: trx }, asking, id)
  const others = Object.keys(settings).filter(setting => !ownSettings.some(own => own === setting))
  if (others.length > 0 && !(await isOperator({ kysely: trx }, asking))) {
    throw new ApiError('operator_only', { detail: `Only the operator may set ${others.join(', ')}` })
  }
  const changed = await changeAccount(trx, id, found => ({
    name: name ?? found.name,
    settings: changedSettings(found.settings, settings),
  }))
  return changed ?? unknownAccount()
}

export interface Suspended {
  readonly row: AccountRow
  readonly cancelled: readonly CallId[]
  readonly stopped: readonly CallId[]
}

/**
 * From the end of the transaction on the account gets no calls and no simulations; those that wait are over, live ones
 * are hung up.
 */
export async function suspendAccount(trx: Transaction, id: string): Promise<Suspended> {
  const row = await changeAccount(trx, id, ({ name, settings }) => ({
    name,
    settings: { ...settings, suspended: true },
  }))
  if (row === null) unknownAccount()
  await cancelSimulationsOf(trx, row.id)
  const cancelled = await cancelWaitingCalls(trx, row.id)
  return { row, cancelled, stopped: await stopLiveCalls(trx, row.id) }
}

export async function resumeAccount(trx: Transaction, id: string): Promise<AccountRow> {
  const row = await changeAccount(trx, id, ({ name, settings: { suspended: _over, ...settings } }) => ({
    name,
    settings,
  }))
  return row ?? unknownAccount()
}

function unknownAccount(): never {
  throw new ApiError('not_found', { detail: 'No such account' })
}
