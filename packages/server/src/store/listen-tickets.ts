import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { ApiKeyId, CallId } from '../domain/ids.ts'
import type { Database } from './database.ts'

/** Tickets to listen in on one call: kept as a hash, used once, good while the key is that asked for them. */

const sweep = 20

/** Old ones that nobody used are cleared away meanwhile. */
export async function keepListenTicket(
  { kysely }: Pick<Database, 'kysely'>,
  given: { callId: CallId; keyId: ApiKeyId; ticket: string; expiresAt: Date },
): Promise<void> {
  await sql`delete from listen_tickets where hash in (
    select hash from listen_tickets where expires_at < now() limit ${sweep} for update skip locked
  )`.execute(kysely)
  await kysely
    .insertInto('listen_tickets')
    .values({
      hash: hashOf(given.ticket),
      call_id: given.callId,
      key_id: given.keyId,
      expires_at: given.expiresAt,
    })
    .execute()
}

/** The key that asked for the ticket, where both are good for this call; the ticket is not afterwards. Null: they are not. */
export async function useListenTicket(
  { kysely }: Database,
  { callId, ticket }: { callId: CallId; ticket: string },
): Promise<ApiKeyId | null> {
  const used = await kysely
    .deleteFrom('listen_tickets')
    .where('hash', '=', hashOf(ticket))
    .where('call_id', '=', callId)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('key_id')
    .executeTakeFirst()
  if (!used?.key_id) return null
  const key = await kysely
    .selectFrom('api_keys')
    .select('id')
    .where('id', '=', used.key_id)
    .where('revoked_at', 'is', null)
    .where(is => is.or([is('expires_at', 'is', null), is('expires_at', '>', sql<Date>`now()`)]))
    .where(sql<boolean>`'calls:read' = any(scopes)`)
    .executeTakeFirst()
  return key?.id ?? null
}

function hashOf(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest()
}
