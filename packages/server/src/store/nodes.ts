import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { CallId, NodeId } from '../domain/ids.ts'
import type { Database } from './database.ts'

/**
 * Workers prove that they live by renewing a lease. One that did not for `leaseSeconds` counts as lost:
 * its calls are ended by others, so it must not go on with them itself.
 */
export const leaseSeconds = 10

/** Registers a worker, and how many live calls it takes. */
export async function joinNodes(database: Database, id: NodeId, maxCalls = 100): Promise<void> {
  await database.kysely
    .insertInto('nodes')
    .values({ id, host: hostname(), lease_until: leaseEnd, max_calls: maxCalls })
    .execute()
}

/** Renews the lease. False: it had run out, and others may have ended this worker's calls already. */
export async function renewLease(database: Database, id: NodeId): Promise<boolean> {
  const renewed = await database.kysely
    .updateTable('nodes')
    .set({ lease_until: leaseEnd })
    .where('id', '=', id)
    .where('lease_until', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return renewed.numUpdatedRows === 1n
}

/** Tells the others that this worker claims nothing more. */
export async function markDraining(database: Database, id: NodeId): Promise<void> {
  await database.kysely.updateTable('nodes').set({ draining: true }).where('id', '=', id).execute()
}

/** Tells where browsers reach this worker. */
export async function announceBrowserLine(database: Database, id: NodeId, url: string): Promise<void> {
  await database.kysely.updateTable('nodes').set({ browser_url: url }).where('id', '=', id).execute()
}

/** Where a browser reaches some worker that takes calls; null: nowhere. */
export async function findBrowserLine(database: Database): Promise<string | null> {
  const node = await database.kysely
    .selectFrom('nodes')
    .select('browser_url')
    .where('browser_url', 'is not', null)
    .where('draining', '=', false)
    .where('lease_until', '>', sql<Date>`now()`)
    .orderBy(sql`random()`)
    .limit(1)
    .executeTakeFirst()
  return node?.browser_url ?? null
}

/** Tells where API processes reach this worker. */
export async function announceInternalUrl(database: Database, id: NodeId, url: string): Promise<void> {
  await database.kysely.updateTable('nodes').set({ internal_url: url }).where('id', '=', id).execute()
}

/** Where the worker that has this call is reached; null: it is lost, or has told no address. */
export async function findInternalUrl({ kysely }: Database, callId: CallId): Promise<string | null> {
  const node = await kysely
    .selectFrom('calls')
    .innerJoin('nodes', 'nodes.id', 'calls.node_id')
    .select('internal_url')
    .where('calls.id', '=', callId)
    .where('lease_until', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return node?.internal_url ?? null
}

/** Tells which providers this worker has found out of order. */
export async function reportProviders(
  database: Database,
  id: NodeId,
  down: readonly string[],
): Promise<void> {
  await database.kysely
    .updateTable('nodes')
    .set({ providers_down: [...down] })
    .where('id', '=', id)
    .execute()
}

/** The providers that no worker which takes calls can reach. Without any worker nothing is known of them. */
export async function findProvidersDown(database: Database): Promise<ReadonlySet<string>> {
  const nodes = await database.kysely
    .selectFrom('nodes')
    .select('providers_down')
    .where('draining', '=', false)
    .where('lease_until', '>', sql<Date>`now()`)
    .execute()
  const [first = [], ...others] = nodes.map(node => new Set(node.providers_down))
  return new Set([...first].filter(name => others.every(down => down.has(name))))
}

/** Removes a worker that ended in order and owns no calls. */
export async function leaveNodes(database: Database, id: NodeId): Promise<void> {
  await database.kysely.deleteFrom('nodes').where('id', '=', id).execute()
}

const leaseEnd = sql<Date>`now() + make_interval(secs => ${leaseSeconds})`
