import { sql } from 'kysely'
import type { Database } from './database.ts'

/** How long the right to move the campaigns on lasts without being renewed. */
const leaseSeconds = 10

/** Takes or renews the lease. False: another process has it. */
export async function holdCampaignLease({ kysely }: Database, holder: string): Promise<boolean> {
  const held = await sql<{ holder: string }>`
    insert into campaign_lease (holder, held_until)
      values (${holder}, now() + make_interval(secs => ${leaseSeconds}))
    on conflict (id) do update set holder = excluded.holder, held_until = excluded.held_until
      where campaign_lease.holder = excluded.holder or campaign_lease.held_until < now()
    returning holder`.execute(kysely)
  return held.rows.length === 1
}

/** Lets another process take over at once. */
export async function leaveCampaignLease({ kysely }: Database, holder: string): Promise<void> {
  await kysely.deleteFrom('campaign_lease').where('holder', '=', holder).execute()
}
