import { ApiError } from '@parley/contract/errors'
import { reapOnce } from '../../src/dialer/reap.ts'
import type { AccountId, CallId, NodeId } from '../../src/domain/ids.ts'
import { newId } from '../../src/domain/new-id.ts'
import { talked, unreached } from '../../src/domain/outcome.ts'
import type { Lifelines } from '../../src/files/lifelines.ts'
import { cancelCall, stopCall } from '../../src/intake/stop-call.ts'
import { claimCall, endCall, findOrphans, recordAnswered } from '../../src/store/attempts.ts'
import type { Database } from '../../src/store/database.ts'
import { findUnfinished, finish } from '../../src/store/finish.ts'
import type { Jobs } from '../../src/store/jobs.ts'
import { joinNodes } from '../../src/store/nodes.ts'
import { writeCallEvents } from '../../src/store/transcript.ts'
import { nodes, type Node, type Op, type Status } from './call-model.ts'
import type { Seen } from './promises.ts'

/** What a worker process has in its hands. */
interface Hand {
  readonly attempt: number
  invited: boolean
  answered: boolean
}

const nothingKept: Lifelines = {
  keep: async () => undefined,
  of: async () => [],
  forget: async () => undefined,
  calls: async () => [],
}
const nothing = { networkCode: null, latency: null, lineStats: null }
const entry = {
  user: 'user',
  text: 'Hello.',
  created_at: new Date(0).toISOString(),
  start_ms: 0,
  end_ms: 500,
  interrupted: false,
} as const

/** One call in a real database, to which everything is done by what the platform does it with. */
export class RealCall {
  readonly #deps: { readonly database: Database; readonly jobs: Jobs }
  readonly #of: { readonly account: AccountId; readonly id: CallId }
  readonly #nodeIds = new Map<Node, NodeId>(nodes.map(node => [node, newId<NodeId>()]))
  readonly #hands = new Map<Node, Hand>()
  readonly #invites: number[] = []

  constructor(deps: { database: Database; jobs: Jobs }, of: { account: AccountId; id: CallId }) {
    this.#deps = deps
    this.#of = of
  }

  async begin(): Promise<void> {
    for (const id of this.#nodeIds.values()) await joinNodes(this.#deps.database, id)
    const event = { call_id: this.#of.id, sequence: 1, type: 'queued', body: '{"type":"queued"}' } as const
    const { kysely } = this.#deps.database
    await kysely.insertInto('call_events').values(event).execute()
    await kysely.updateTable('calls').set({ next_sequence: 2 }).where('id', '=', this.#of.id).execute()
  }

  async do(op: Op): Promise<void> {
    switch (op.type) {
      case 'claim':
        return await this.#claim(op.node)
      case 'invite':
        return this.#invite(op.node)
      case 'answer':
        return await this.#answer(op.node)
      case 'report':
        return await this.#tell(op.node, { type: 'transcript', entry: { ...entry, id: newId() } })
      case 'end':
        return await this.#end(op.node)
      case 'kill':
        return void this.#hands.delete(op.node)
      default:
        return await this.#fromOutside(op)
    }
  }

  async see(): Promise<Seen & { completed: boolean }> {
    const { kysely } = this.#deps.database
    const row = await kysely
      .selectFrom('calls')
      .select(['status', 'attempt', 'completed'])
      .where('id', '=', this.#of.id)
      .executeTakeFirstOrThrow()
    const events = await kysely
      .selectFrom('call_events')
      .select(['sequence', 'type'])
      .where('call_id', '=', this.#of.id)
      .orderBy('sequence')
      .execute()
    const { attempt, completed } = row
    return { status: row.status as Status, attempt, completed, events, invites: [...this.#invites] }
  }

  async #fromOutside({ type, ...op }: Op): Promise<void> {
    const { database } = this.#deps
    if (type === 'lapse' && 'node' in op)
      await database.kysely
        .updateTable('nodes')
        .set({ lease_until: new Date(0) })
        .where('id', '=', this.#idOf(op.node))
        .execute()
    if (type === 'reap') await this.#reap()
    if (type === 'stop') await stopCall({ database }, this.#of, 'now').catch(refused)
    if (type === 'cancel') await cancelCall({ database }, this.#of).catch(refused)
    if (type === 'finish' && (await findUnfinished(database, this.#of.id)) !== null)
      await finish(database, { callId: this.#of.id, analysis: null, recordingStatus: 'none' })
  }

  async #claim(node: Node): Promise<void> {
    const wanted = { callId: this.#of.id, nodeId: this.#idOf(node) }
    const claim = await claimCall(this.#deps.database, wanted)
    if (typeof claim !== 'string')
      this.#hands.set(node, { attempt: claim.attempt, invited: false, answered: false })
  }

  #invite(node: Node): void {
    const hand = this.#hands.get(node)
    if (!hand || hand.invited) return
    hand.invited = true
    this.#invites.push(hand.attempt)
  }

  async #answer(node: Node): Promise<void> {
    const hand = this.#hands.get(node)
    if (!hand?.invited || hand.answered) return
    const own = { callId: this.#of.id, nodeId: this.#idOf(node) }
    if (!(await recordAnswered(this.#deps.database, { ...own, lifeline: null, recordingPath: null }))) return
    hand.answered = true
    await this.#tell(node, { type: 'answered', mode: 'realtime', model: 'm', voice: 'v' })
  }

  async #tell(node: Node, event: Parameters<typeof writeCallEvents>[2][number]['event']): Promise<void> {
    const own = { callId: this.#of.id, nodeId: this.#idOf(node) }
    await writeCallEvents(this.#deps.database, own, [{ event, atMs: Date.now() }])
  }

  async #end(node: Node): Promise<void> {
    const hand = this.#hands.get(node)
    if (!hand) return
    this.#hands.delete(node)
    const outcome = hand.answered
      ? talked('agent_ended', 'human')
      : unreached('no-answer', 'Nobody picked up in time')
    await endCall(this.#deps, { callId: this.#of.id, nodeId: this.#idOf(node), outcome, ...nothing })
  }

  async #reap(): Promise<void> {
    await reapOnce({
      findOrphans: async () =>
        (await findOrphans(this.#deps.database)).filter(orphan => orphan.id === this.#of.id),
      findOver: async () => [],
      lifelines: nothingKept,
      hangUpLifeline: async () => undefined,
      keepPlaces: async () => undefined,
      endOrphan: async ({ id, nodeId }, outcome) =>
        void (await endCall(this.#deps, { callId: id, nodeId, outcome, ...nothing })),
      onTrouble: error => {
        throw error
      },
    })
  }

  #idOf(node: Node): NodeId {
    const id = this.#nodeIds.get(node)
    if (id === undefined) throw new Error(`there is no node ${node}`)
    return id
  }
}

/** That a call is over or under way is an answer like any other. */
function refused(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'conflict') throw error
}
