import pg from 'pg'
import type { Callee, Rung } from './callee.ts'
import type { Accepted } from './place-calls.ts'

/** What the run came to. The first six are promises; the others tell what stands behind them. */
export interface Verdict {
  readonly calls: number
  readonly terminal: number
  readonly dialled_twice: number
  readonly webhooks_expected: number
  readonly webhooks_delivered: number
  readonly limit_violations: number
  readonly unfinished: number
  readonly calls_not_asked_for: number
  readonly calls_without_one_end: number
  readonly calls_with_sequence_gaps: number
  readonly invites: number
  readonly invites_without_attempt: number
  readonly webhooks_unverified: number
  readonly webhook_repeats: number
  readonly most_at_once: number
  readonly most_in_a_second: number
  /** Where there were too many at once: what was on the line then, and what became of it. */
  readonly crowd: readonly string[]
  readonly left_hanging: number
  /** Changes that were made meanwhile, and those that the audit log does not tell of exactly once. */
  readonly audited: number
  readonly audit_faults: number
  readonly audit_intact: boolean
  readonly by_end: Readonly<Record<string, number>>
}

export interface Evidence {
  readonly databaseUrl: string
  readonly accepted: readonly Accepted[]
  /** Agents that were made meanwhile, by id. */
  readonly agents: readonly string[]
  readonly auditIntact: boolean
  readonly rung: readonly Rung[]
  readonly mostAtOnce: number
  readonly crowd: Callee['crowd']
  readonly limits: { readonly maxCalls: number; readonly callsPerSecond: number }
  readonly received: ReadonlyMap<string, ReadonlySet<string>>
  readonly messages: number
  readonly unverified: number
}

/** Each call tells that it was queued, and how it ended, once. */
const endings = ['call.completed', 'call.failed']

export async function judge(evidence: Evidence): Promise<Verdict> {
  const { accepted, rung, limits, received } = evidence
  const client = new pg.Client({ connectionString: evidence.databaseUrl })
  await client.connect()
  try {
    const rows = await readCalls(client)
    const asked = new Set(accepted.map(({ callId }) => callId))
    const attempts = new Set(rows.filter(row => row.attempt > 0).map(row => row.id))
    const delivered = accepted.map(({ callId }) => countOf(received.get(callId)))
    const inSecond = mostInASecond(rung.map(({ invitedAt }) => invitedAt))
    return {
      calls: accepted.length,
      terminal: rows.filter(row => ['completed', 'failed', 'cancelled'].includes(row.status)).length,
      dialled_twice: rung.length - new Set(rung.map(({ number }) => number)).size,
      webhooks_expected: 2 * accepted.length,
      webhooks_delivered: delivered.reduce((sum, count) => sum + count, 0),
      limit_violations:
        Math.max(0, inSecond - limits.callsPerSecond) + Math.max(0, evidence.mostAtOnce - limits.maxCalls),
      unfinished: rows.filter(row => !row.completed).length,
      calls_not_asked_for: rows.filter(row => !asked.has(row.id)).length,
      calls_without_one_end: rows.filter(row => row.ends !== 1).length,
      calls_with_sequence_gaps: rows.filter(row => !row.gapless).length,
      invites: rung.length,
      invites_without_attempt: rung.filter(({ callId }) => !attempts.has(callId)).length,
      webhooks_unverified: evidence.unverified,
      webhook_repeats:
        evidence.messages - [...received.values()].reduce((sum, events) => sum + events.size, 0),
      most_at_once: evidence.mostAtOnce,
      most_in_a_second: inSecond,
      crowd: evidence.mostAtOnce > limits.maxCalls ? crowdOf(evidence.crowd, rows) : [],
      left_hanging: rung.filter(
        one => one.leftHanging && rows.some(row => row.id === one.callId && row.hasLifeline),
      ).length,
      audited: evidence.agents.length,
      audit_faults: auditFaults(evidence.agents, await readAgents(client)),
      audit_intact: evidence.auditIntact,
      by_end: countBy(rows.map(row => row.how)),
    }
  } finally {
    await client.end()
  }
}

/** Whether all that was promised was kept. */
export function isKept(verdict: Verdict): boolean {
  const { calls, terminal, webhooks_expected: expected, webhooks_delivered: delivered } = verdict
  const faults = [
    verdict.dialled_twice,
    verdict.limit_violations,
    verdict.unfinished,
    verdict.calls_not_asked_for,
    verdict.calls_without_one_end,
    verdict.calls_with_sequence_gaps,
    verdict.invites_without_attempt,
    verdict.webhooks_unverified,
    verdict.left_hanging,
    verdict.audit_faults,
  ]
  return (
    calls === terminal && expected === delivered && verdict.audit_intact && faults.every(count => count === 0)
  )
}

interface CallRow {
  readonly id: string
  readonly status: string
  readonly completed: boolean
  readonly attempt: number
  readonly hasLifeline: boolean
  readonly how: string
  readonly ends: number
  readonly gapless: boolean
}

async function readCalls(client: pg.Client): Promise<CallRow[]> {
  const { rows } = await client.query<CallRow>(`
    select id, status, completed, attempt, lifeline is not null as "hasLifeline",
      coalesce(end_reason, call_status, status) as how,
      (select count(*)::int from call_events where call_id = calls.id and type = 'ended') as ends,
      (select count(*) = max(sequence) and max(sequence) = next_sequence - 1 from call_events
        where call_id = calls.id) as gapless
    from calls order by id`)
  return rows
}

interface AgentRow {
  readonly id: string
  /** Times that the audit log says it was made. */
  readonly told: number
  readonly exists: boolean
}

async function readAgents(client: pg.Client): Promise<AgentRow[]> {
  const { rows } = await client.query<AgentRow>(`
    select coalesce(agents.id::text, entry.id) as id, agents.id is not null as exists,
      coalesce(entry.told, 0)::int as told
    from agents full join (
      select target_id as id, count(*) as told from audit_log where action = 'agent.created' group by target_id
    ) entry on entry.id = agents.id::text`)
  return rows
}

/** Agents that are there and not told of, or told of and not there, or told of twice; and those that got lost. */
export function auditFaults(made: readonly string[], rows: readonly AgentRow[]): number {
  const known = new Set(rows.map(({ id }) => id))
  const lost = made.filter(id => !known.has(id)).length
  return lost + rows.filter(({ exists, told }) => !exists || told !== 1).length
}

function crowdOf(crowd: Evidence['crowd'], rows: readonly CallRow[]): string[] {
  return crowd.map(({ callId, forMs, answered }) => {
    const row = rows.find(({ id }) => id === callId)
    const known = row?.hasLifeline === true ? 'with' : 'without'
    return `${callId}: ${answered ? 'answered' : 'ringing'}, for ${forMs} ms; ${row?.how} ${known} a lifeline`
  })
}

function countOf(events: ReadonlySet<string> | undefined): number {
  const wasTold = (name: string) => events?.has(name) === true
  return (wasTold('call.queued') ? 1 : 0) + (endings.some(wasTold) ? 1 : 0)
}

/** Most of these moments that any second holds; in milliseconds. */
export function mostInASecond(moments: readonly number[]): number {
  const sorted = [...moments].sort((one, other) => one - other)
  let most = 0
  let first = 0
  for (const [index, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? moment) >= 1_000) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
