import type { InboundAgent } from '@parley/contract/phone-numbers'
import { sql } from 'kysely'
import type { CallPlan } from '../domain/call-plan.ts'
import type { AgentId, NodeId, TrunkId } from '../domain/ids.ts'
import { admitToTrunk } from './admission.ts'
import type { ClaimedCall } from './attempts.ts'
import { insertCall } from './calls.ts'
import type { Database } from './database.ts'
import { notifyCall } from './notify.ts'
import { tellStarted } from './outbox.ts'

export interface InboundCall {
  readonly plan: CallPlan
  readonly agent: InboundAgent
  /** Of which the agent's options are; null: of no saved one. */
  readonly agentId: AgentId | null
  readonly nodeId: NodeId
  readonly trunk: TrunkId
  readonly providerCallId: string
}

/** Thrown inside the transaction, to undo it. */
class TrunkFull extends Error {}

/** Stores a call that rings as this node's own, with a place on its trunk. Null: the trunk is full. */
export async function insertInboundCall(database: Database, call: InboundCall): Promise<ClaimedCall | null> {
  const { plan, agent, nodeId, trunk, providerCallId } = call
  const stored = await database.kysely
    .transaction()
    .execute(async trx => {
      const arrived = {
        plan,
        request: agent,
        agent: call.agentId,
        metadata: agent.metadata ?? null,
        webhookUrl: agent.webhook_url ?? null,
        webhookEvents: agent.webhook_events ?? null,
      }
      const { id } = await insertCall(trx, arrived, { type: 'ringing' })
      await trx
        .updateTable('calls')
        .set({
          direction: 'inbound',
          status: 'in_progress',
          node_id: nodeId,
          trunk_id: trunk,
          provider_call_id: providerCallId,
          started_at: sql<Date>`now()`,
        })
        .where('id', '=', id)
        .execute()
      const admission = await admitToTrunk({ kysely: trx }, { trunk, call: id, dialing: false })
      if (admission.kind === 'full') throw new TrunkFull('all places of the trunk are taken')
      await sql`select ${tellStarted(id)}`.execute(trx)
      return { id, attempt: 0, plan, trunk }
    })
    .catch((error: unknown) => {
      if (error instanceof TrunkFull) return null
      throw error
    })
  if (stored) await notifyCall(database, stored.id, 'webhook')
  return stored
}
