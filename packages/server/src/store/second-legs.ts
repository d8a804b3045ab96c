import type { CallId } from '../domain/ids.ts'
import type { Database } from './database.ts'

/** Somebody else answered on the call's second line: from here any node can hang up on them, too. */
export async function recordSecondAnswered(
  { kysely }: Database,
  { callId, lifeline }: { callId: CallId; lifeline: string | null },
): Promise<void> {
  await kysely
    .insertInto('second_legs')
    .values({ call_id: callId, trunk_id: null, lifeline })
    .onConflict(conflict => conflict.column('call_id').doUpdateSet({ lifeline }))
    .execute()
}

/** The second line is over: its place is free. */
export async function forgetSecondLeg({ kysely }: Database, callId: CallId): Promise<void> {
  await kysely.deleteFrom('second_legs').where('call_id', '=', callId).execute()
}
