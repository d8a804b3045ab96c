import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { ApiError } from '@parley/contract/errors'
import { WebSocket } from 'ws'
import type { AccountId, ApiKeyId, CallId } from '../domain/ids.ts'
import { isUuid } from '../domain/is-uuid.ts'
import { signListening } from '../domain/live-audio.ts'
import { findCall, findLinkedCall } from '../store/calls.ts'
import type { Database } from '../store/database.ts'
import { keepListenTicket, useListenTicket } from '../store/listen-tickets.ts'
import { findInternalUrl } from '../store/nodes.ts'
import { liveOrRefuse } from './steer-call.ts'
import type { CallOf } from './stop-call.ts'

const ticketMs = 60_000
const connectMs = 5_000

export interface ListenTicket {
  readonly ticket: string
  readonly expiresAt: Date
}

/** For whoever can send no key, as a browser: good for one listener within a minute, if the key still is. Throws as `liveCallOf`. */
export async function issueListenTicket(
  database: Pick<Database, 'kysely'>,
  { keyId, ...of }: CallOf & { readonly keyId: ApiKeyId },
): Promise<ListenTicket> {
  const callId = await liveCallOf(database, of)
  const ticket = randomBytes(32).toString('base64url')
  const expiresAt = new Date(Date.now() + ticketMs)
  await keepListenTicket(database, { callId, keyId, ticket, expiresAt })
  return { ticket, expiresAt }
}

/** Throws ApiError `not_found`, or `conflict` where the call is not talked. */
export async function liveCallOf(database: Pick<Database, 'kysely'>, of: CallOf): Promise<CallId> {
  return liveOrRefuse(await findCall(database, of)).id
}

/** The call that the ticket opens, whose it is, and the key that asked for it. Throws ApiError: `unauthorized`, or `conflict` where the call is not talked. */
export async function liveCallBy(
  database: Database,
  { id, ticket }: { id: string; ticket: string },
): Promise<{ callId: CallId; account: AccountId; keyId: ApiKeyId }> {
  const keyId = isUuid(id) ? await useListenTicket(database, { callId: id as CallId, ticket }) : null
  if (keyId === null) throw new ApiError('unauthorized', { detail: 'The token is unknown, used or expired' })
  const call = liveOrRefuse(await findLinkedCall(database, id))
  return { callId: call.id, account: call.account_id, keyId }
}

/**
 * A connection to the worker that has the call, all of whose messages go to `hear`. Throws ApiError `unavailable` where
 * it can not be reached.
 */
export async function connectToWorker(
  { database, secret }: { database: Database; secret: Buffer },
  { callId, hear }: { callId: CallId; hear: (data: Buffer, isBinary: boolean) => void },
): Promise<WebSocket> {
  const url = await findInternalUrl(database, callId)
  if (url === null) throw new ApiError('unavailable', { detail: 'The worker that has the call is gone' })
  const asked = signListening(callId, { secret, now: Date.now() / 1_000 })
  const socket = new WebSocket(`${url}${asked}`, { perMessageDeflate: false, handshakeTimeout: connectMs })
  // The first words come with the upgrade itself.
  socket.on('message', hear)
  socket.on('error', () => socket.terminate())
  try {
    await once(socket, 'open')
    return socket
  } catch (cause) {
    socket.terminate()
    throw new ApiError('unavailable', { detail: 'The worker that has the call can not be reached', cause })
  }
}
