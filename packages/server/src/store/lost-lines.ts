import { sql } from 'kysely'
import type { CallId } from '../domain/ids.ts'
import type { Database } from './database.ts'

/** An answer that nobody acknowledges is repeated for so long: 64·T1 of RFC 3261, §13.3.1.4. */
const unacknowledgedSeconds = 32

/**
 * Lines of an orphaned call that were dialled and not answered, as far as the database knows: nobody can hang up on
 * them, so they keep their places until whoever was rung has given up. `ringSeconds`: how long a phone may ring.
 */
export async function keepPlaces(
  { kysely }: Pick<Database, 'kysely'>,
  { callId, ringSeconds }: { callId: CallId; ringSeconds: number },
): Promise<void> {
  const lastSeconds = ringSeconds + unacknowledgedSeconds
  await sql`
    with gone as (delete from lost_lines where until < now() and call_id <> ${callId})
    insert into lost_lines (call_id, line, trunk_id, until)
      select lost.*, now() + make_interval(secs => ${lastSeconds}) from (
        select id, 'first', trunk_id from calls
          where id = ${callId} and status = 'in_progress' and answered_at is null
        union all
        select call_id, 'second', trunk_id from second_legs where call_id = ${callId} and lifeline is null
      ) as lost (call_id, line, trunk_id)
      where trunk_id in (select trunk_id from trunk_limits)
      on conflict (call_id, line) do update set trunk_id = excluded.trunk_id, until = excluded.until`.execute(
    kysely,
  )
}
