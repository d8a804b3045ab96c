import { setTimeout as wait } from 'node:timers/promises'
import type { BenchOptions, Benchmark, Figures } from '../benchmark.ts'
import { openPlatform, type Platform } from './open-platform.ts'

/** 20 a second. */
const callsPerMinute = 1_200
const mostAtOnce = 60
/** One of so many answers, and hangs up soon; the others are busy. */
const answersEvery = 10
const talkMs = 500
/** For so many leads there is one more of a place where it is night, who must not be called. */
const sleeperEvery = 10
const leadsAtOnce = 2_000
const lookEveryMs = 1_000

export const campaign: Benchmark = {
  told: '`--calls` leads at 20 calls a second, one in ten answers, one more in ten is asleep: who was rung, and how often',
  defaults: { calls: 10_000, seconds: 1 },
  run,
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<Figures> {
  const { calls: awake } = options
  const sleepers = Math.ceil(awake / sleeperEvery)
  await using platform = await openPlatform({ ...options, calls: mostAtOnce }, signal)
  const rung = watchPhone(platform)
  const list = await storeLeads(platform, awake, sleepers)
  const id = await startCampaign(platform, list)
  const startedAt = performance.now()
  const last = await untilAllCalled(platform, { id, sleepers, signal })
  const seconds = (performance.now() - startedAt) / 1_000
  const times = rung.all.map(({ atMs }) => atMs).toSorted((a, b) => a - b)
  const numbers = rung.all.map(({ number }) => number)
  return {
    rung: times.length,
    rung_per_second: round((times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000)),
    leads_done_seconds: round(seconds),
    leads: last.leads,
    dialled_twice: numbers.length - new Set(numbers).size,
    never_dialled: awake - new Set(numbers).size,
    outside_window: numbers.filter(isSleeper).length,
    most_at_once: `${rung.mostAtOnce} of ${mostAtOnce}`,
    most_in_a_minute: `${mostWithin(times, 60_000)} of ${callsPerMinute}`,
    most_in_a_second: mostWithin(times, 1_000),
  }
}

interface Rung {
  readonly all: { readonly number: string; readonly atMs: number }[]
  mostAtOnce: number
}

/** Every phone that rings, by what was asked for on the wire. */
function watchPhone({ phone }: Platform): Rung {
  const rung: Rung = { all: [], mostAtOnce: 0 }
  let atOnce = 0
  phone.onRing((call, atMs) => {
    const number = /sip:([^@;>]+)@/.exec(call.requestUri)?.[1] ?? ''
    rung.all.push({ number, atMs })
    atOnce += 1
    rung.mostAtOnce = Math.max(rung.mostAtOnce, atOnce)
    const over = (): void => void (atOnce -= 1)
    if (rung.all.length % answersEvery !== 0) {
      call.reject(486)
      return over()
    }
    const talk = async () => {
      await using _picked = await phone.pickUp(call, atMs)
      await wait(talkMs)
    }
    void talk()
      .catch(() => undefined)
      .finally(over)
  })
  return rung
}

const numberOf = (n: number): string => `+1415${String(2_340_000 + n)}`
const sleeperOf = (n: number): string => `+1628${String(2_340_000 + n)}`
const isSleeper = (number: string): boolean => number.startsWith('+1628')

async function storeLeads(platform: Platform, awake: number, sleepers: number): Promise<string> {
  const list = await platform.request('POST', '/v1/lead-lists', { name: 'Everybody' })
  const noon = zoneAtHour(12)
  const midnight = zoneAtHour(0)
  const leads = [
    ...Array.from({ length: sleepers }, (_, n) => ({ phone_number: sleeperOf(n), timezone: midnight })),
    ...Array.from({ length: awake }, (_, n) => ({ phone_number: numberOf(n), timezone: noon })),
  ]
  for (let from = 0; from < leads.length; from += leadsAtOnce) {
    const part = leads.slice(from, from + leadsAtOnce)
    await platform.request('POST', '/v1/leads/bulk', { list_id: list['id'], leads: part })
  }
  return String(list['id'])
}

/** Where it is about this hour now. POSIX counts west of Greenwich as positive. */
function zoneAtHour(hour: number): string {
  const east = ((hour - new Date().getUTCHours() + 36) % 24) - 12
  if (east === 0) return 'Etc/GMT'
  return `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}`
}

async function startCampaign(platform: Platform, list: string): Promise<string> {
  const made = await platform.request('POST', '/v1/campaigns', {
    name: 'Benchmark',
    lead_list_id: list,
    task: 'Answer whatever the person says.',
    from_number: '+18005551234',
    record: false,
    calling_window: { from: '06:00', to: '18:00' },
    calls_per_minute: callsPerMinute,
    max_concurrent_calls: mostAtOnce,
    auto_pause: { enabled: false },
  })
  const id = String(made['id'])
  await platform.request('POST', `/v1/campaigns/${id}/start`)
  return id
}

interface Stats {
  readonly status: string
  readonly leads: Readonly<Record<string, number>>
}

/** Until nobody is left but who is asleep. */
async function untilAllCalled(
  platform: Platform,
  { id, sleepers, signal }: { id: string; sleepers: number; signal: AbortSignal },
): Promise<Stats> {
  for (;;) {
    await wait(lookEveryMs, undefined, { signal })
    const stats = (await platform.request('GET', `/v1/campaigns/${id}/stats`)) as unknown as Stats
    const { pending = 0, waiting = 0, queued = 0, live = 0, ...results } = stats.leads
    if (stats.status !== 'running') throw new Error(`the campaign is ${stats.status}`)
    const settled = Object.values(results).reduce((sum, count) => sum + count, 0) - (results['total'] ?? 0)
    const all = (results['total'] ?? 0) - sleepers
    if (pending === sleepers && waiting + queued + live === 0 && settled === all) return stats
  }
}

function mostWithin(times: readonly number[], spanMs: number): number {
  let from = 0
  let most = 0
  for (const [to, atMs] of times.entries()) {
    while (atMs - (times[from] ?? atMs) >= spanMs) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
