import {
  type CallFigures,
  type CallFiguresGroup,
  type FieldGroup,
  mostGroups,
  type TimeGroup,
} from '@parley/contract/analytics'
import { type RawBuilder, sql } from 'kysely'
import type { AccountId, AgentId, CampaignId } from '../domain/ids.ts'
import type { Database } from './database.ts'

/** What calls come to, counted in one statement over the index by account and time. */

export interface CountedCalls {
  readonly account: AccountId
  readonly from: Date
  readonly to: Date
  readonly groupBy: TimeGroup | FieldGroup | null
  /** IANA, a name. */
  readonly timezone: string
  readonly campaign: CampaignId | null
  readonly agent: AgentId | null
  readonly direction: 'outbound' | 'inbound' | null
}

export interface Counted {
  readonly totals: CallFigures
  readonly groups: CallFiguresGroup[]
  /** Those left out included. */
  readonly groupsTotal: number
}

/** Throws RangeError where the database does not know the time zone. */
export async function countCalls({ kysely }: Pick<Database, 'kysely'>, o: CountedCalls): Promise<Counted> {
  const { rows } = await statement(o)
    .execute(kysely)
    .catch((error: unknown) => {
      const isZone = (error as { code?: unknown }).code === invalidParameterValue
      throw isZone ? new RangeError('no such time zone', { cause: error }) : error
    })
  const [total, ...groups] = rows
  if (total === undefined) throw new Error('a count has no row')
  return {
    totals: figuresOf(total),
    groups: o.groupBy === null ? [] : groups.map(row => ({ key: row.key, ...figuresOf(row) })),
    groupsTotal: o.groupBy === null ? 0 : Number(total.group_count),
  }
}

/** SQLSTATE of a time zone that PostgreSQL has not heard of. */
const invalidParameterValue = '22023'

interface FiguresRow {
  readonly key: string | null
  readonly group_count: string
  readonly calls: number
  readonly dialled: number
  readonly answered: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly conversions: number
  readonly talked: number
  readonly talked_seconds: number
  readonly billed_seconds: number
  readonly turns: number | null
  readonly latencies: readonly number[] | null
  readonly overlaps: number
  readonly interruptions: number
  readonly backchannels: number
  readonly false_stops: number
  readonly cut_offs: number
}

/** The first row is that of all calls. */
function statement(o: CountedCalls): RawBuilder<FiguresRow> {
  const isByTime = o.groupBy !== null && isTimeGroup(o.groupBy)
  const order = isByTime ? sql`counted.key` : sql`calls desc, counted.key`
  return sql<FiguresRow>`
    with picked as (
      select ${keyOf(o)} as key, status, started_at, answered_at, ended_at, billed_seconds, is_conversion,
        turn_latencies_ms, turn_taking
      from calls where ${isCounted(o)}
    ), counted as (
      select grouping(key) as of_all, key, count(*)::int as calls, count(started_at)::int as dialled,
        count(answered_at)::int as answered,
        count(*) filter (where status = 'completed')::int as completed,
        count(*) filter (where status = 'failed')::int as failed,
        count(*) filter (where status = 'cancelled')::int as cancelled,
        count(*) filter (where is_conversion)::int as conversions,
        count(ended_at - answered_at)::int as talked,
        coalesce(sum(extract(epoch from ended_at - answered_at)), 0)::float8 as talked_seconds,
        coalesce(sum(billed_seconds), 0)::float8 as billed_seconds,
        ${sumOf('overlaps')}, ${sumOf('interruptions')}, ${sumOf('backchannels')}, ${sumOf('false_stops')},
        ${sumOf('cut_offs')}
      from picked group by grouping sets ((key), ())
    ), timed as (
      select grouping(key) as of_all, key, count(*)::int as turns,
        percentile_disc(array[0.5, 0.95]) within group (order by turn_ms) as latencies
      from picked cross join unnest(turn_latencies_ms) as turn_ms group by grouping sets ((key), ())
    )
    select counted.*, turns, latencies, count(*) over () - 1 as group_count
    from counted left join timed on timed.of_all = counted.of_all and (timed.key is null) = (counted.key is null)
      and coalesce(timed.key, '') = coalesce(counted.key, '')
    order by counted.of_all desc, ${order} limit ${mostGroups + 1}`
}

function isCounted({ account, from, to, campaign, agent, direction }: CountedCalls): RawBuilder<boolean> {
  const terms = [sql`account_id = ${account}`, sql`created_at >= ${from}`, sql`created_at < ${to}`]
  if (campaign !== null) terms.push(sql`campaign_id = ${campaign}`)
  if (agent !== null) terms.push(sql`agent_id = ${agent}`)
  if (direction !== null) terms.push(sql`direction = ${direction}`)
  return sql`${sql.join(terms, sql` and `)}`
}

/** An hour that the clocks repeat is two: it is named by its instant. Days, weeks and months go by their local date. */
const timeFormats = {
  hour: { format: 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"', by: 'UTC' },
  day: { format: 'YYYY-MM-DD', by: null },
  week: { format: 'YYYY-MM-DD', by: null },
  month: { format: 'YYYY-MM-DD', by: null },
} as const satisfies Record<TimeGroup, { format: string; by: string | null }>

const columns = {
  campaign: 'campaign_id',
  agent: 'agent_id',
  direction: 'direction',
  mode: 'mode',
  model: 'model',
  voice: 'voice',
  status: 'status',
  call_status: 'call_status',
  end_reason: 'end_reason',
  answered_by: 'answered_by',
  disposition: 'disposition',
  from_number: 'from_number',
  country: 'country',
} as const satisfies Record<FieldGroup, string>

function keyOf({ groupBy, timezone }: CountedCalls): RawBuilder<string | null> {
  if (groupBy === null) return sql`null::text`
  if (!isTimeGroup(groupBy)) return sql`${sql.ref(columns[groupBy])}::text`
  const { format, by } = timeFormats[groupBy]
  const begin = sql`date_trunc(${groupBy}, created_at, ${timezone})`
  return sql`to_char(${begin} at time zone ${by ?? timezone}, ${format})`
}

function isTimeGroup(groupBy: TimeGroup | FieldGroup): groupBy is TimeGroup {
  return groupBy in timeFormats
}

function sumOf(name: keyof CallFigures['turn_taking']) {
  return sql`coalesce(sum((turn_taking ->> ${sql.lit(name)})::int), 0)::int as ${sql.ref(name)}`
}

function figuresOf(row: FiguresRow): CallFigures {
  const { calls, dialled, answered, completed, failed, cancelled, conversions } = row
  const { overlaps, interruptions, backchannels, false_stops, cut_offs } = row
  const [p50 = null, p95 = null] = row.latencies ?? []
  return {
    calls,
    dialled,
    answered,
    completed,
    failed,
    cancelled,
    conversions,
    answer_rate: ratio(answered, dialled),
    conversion_rate: ratio(conversions, answered),
    minutes: rounded(row.talked_seconds / 60),
    billed_minutes: rounded(row.billed_seconds / 60),
    average_duration_seconds: ratio(row.talked_seconds, row.talked),
    latency: { turns: row.turns ?? 0, voice_to_voice_p50_ms: p50, voice_to_voice_p95_ms: p95 },
    turn_taking: { overlaps, interruptions, backchannels, false_stops, cut_offs },
  }
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole)
}

function rounded(figure: number): number {
  return Number(figure.toFixed(4))
}
