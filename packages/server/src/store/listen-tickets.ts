import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { CallId } from '../domain/ids.ts'
import type { Database } from './database.ts'

/** Tickets to listen in on one call: kept as a hash, used once. */

const sweep = 20

/** Old ones that nobody used are cleared away meanwhile. */
export async function keepListenTicket(
  { kysely }: Pick<Database, 'kysely'>,
  { callId, ticket, expiresAt }: { callId: CallId; ticket: string; expiresAt: Date },
): Promise<void> {
  await sql`delete from listen_tickets where hash in (
    select hash from listen_tickets where expires_at < now() limit ${sweep} for update skip locked
  )`.execute(kysely)
  await kysely
    .insertInto('listen_tickets')
    .values({ hash: hashOf(ticket), call_id: callId, expires_at: expiresAt })
    .execute()
}

/** Whether the ticket is good for this call; it is not afterwards. */
export async function useListenTicket(
  { kysely }: Database,
  { callId, ticket }: { callId: CallId; ticket: string },
): Promise<boolean> {
  const used = await kysely
    .deleteFrom('listen_tickets')
    .where('hash', '=', hashOf(ticket))
    .where('call_id', '=', callId)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return used.numDeletedRows === 1n
}

function hashOf(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest()
}
