import type { RegistrationStatus } from '@parley/contract/carriers'
import { sql } from 'kysely'
import type { CarrierId, NodeId } from '../domain/ids.ts'
import type { Database } from './database.ts'
import { accountIn, type Gateway, gatewayColumns, gatewayOf, type SealedCredentials } from './trunks.ts'

/** A trunk that this node keeps registered. */
export interface HeldTrunk {
  readonly id: CarrierId
  readonly gateway: Gateway
  readonly account: SealedCredentials
  /** What is bound at the registrar as far as is known: by this node, or by one that held the trunk before. */
  readonly contact: string | null
}

/**
 * Takes over at most `most` trunks that no living node keeps registered, and gives all that this node keeps. A
 * node's own lease is the lease of its trunks: one that loses it ends its process.
 */
export async function holdTrunks(
  database: Database,
  { nodeId, most }: { nodeId: NodeId; most: number },
): Promise<HeldTrunk[]> {
  if (most > 0) await takeTrunks(database, { nodeId, most })
  const rows = await database.kysely
    .selectFrom('registrations')
    .innerJoin('carriers', 'carriers.id', 'registrations.carrier_id')
    .select(['carriers.id', 'contact', ...gatewayColumns])
    .where('registrations.node_id', '=', nodeId)
    .execute()
  return rows.flatMap(row => {
    const gateway = gatewayOf(row)
    return gateway === null ? [] : [{ id: row.id, gateway, account: accountIn(row), contact: row.contact }]
  })
}

/** Whoever asks at the same moment waits for the row, and finds it taken. */
async function takeTrunks({ kysely }: Database, o: { nodeId: NodeId; most: number }): Promise<void> {
  await sql`
    insert into registrations (carrier_id, node_id)
    select carriers.id, ${o.nodeId}
      from carriers
      left join registrations on registrations.carrier_id = carriers.id
      left join nodes on nodes.id = registrations.node_id
      where trunk_type = 'reg' and (nodes.id is null or nodes.draining or nodes.lease_until < now())
        and nodes.id is distinct from ${o.nodeId}
      order by random()
      limit ${o.most}
    on conflict (carrier_id) do update set node_id = excluded.node_id, status = 'waiting', detail = null
      where not exists (
        select from nodes
          where nodes.id = registrations.node_id and not nodes.draining and nodes.lease_until >= now()
      )`.execute(kysely)
}

/** How a registration stands; nothing where another node holds it by now. */
export async function noteRegistration(
  { kysely }: Database,
  o: {
    carrier: CarrierId
    nodeId: NodeId
    status: RegistrationStatus
    detail: string | null
    /** Absent: as it was. */
    contact?: string | null
  },
): Promise<void> {
  await kysely
    .updateTable('registrations')
    .set({
      status: o.status,
      detail: o.detail,
      ...(o.contact === undefined ? {} : { contact: o.contact }),
    })
    .where('carrier_id', '=', o.carrier)
    .where('node_id', '=', o.nodeId)
    .execute()
}
