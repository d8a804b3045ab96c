import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openOpenAiRealtime } from '@parley/rehearsal/stand-ins/openai-realtime/open-openai-realtime'
import pg from 'pg'
import { Callee } from './callee.ts'
import { openNats } from './nats.ts'
import { placeCalls } from './place-calls.ts'
import { openPlatform } from './platform.ts'
import { openPostgres } from './postgres.ts'
import { randomBy } from './random.ts'
import { openSink } from './sink.ts'
import { type Damage, storm } from './storm.ts'
import { judge, type Verdict } from './verdict.ts'

export interface ChaosRun {
  readonly calls: number
  readonly minutes: number
  readonly seed: number
  readonly say: (line: string) => void
}

export interface ChaosResult extends Verdict, Damage {
  readonly seed: number
  readonly minutes: number
  readonly database: string
  readonly told_by: 'NATS' | 'PostgreSQL'
  /** From the end of the storm until nothing was left to do. */
  readonly calm_after_seconds: number
}

/** So many calls at once, and so many dialled in a second, over all workers. */
const limits = { maxCalls: 12, callsPerSecond: 6 }
/** A lease, the reaper, and the retry of a webhook whose sender was killed. */
const calmWithinMs = 240_000

/** The platform under a storm of killed processes, and what is left of its promises. */
export async function runChaos({ calls, minutes, seed, say }: ChaosRun): Promise<ChaosResult> {
  const lastsMs = minutes * 60_000
  const signal = AbortSignal.timeout(lastsMs + calmWithinMs + 120_000)
  await using opened = new AsyncDisposableStack()
  const postgres = opened.use(await openPostgres())
  const nats = await openNats()
  if (nats) opened.use(nats)
  const callee = opened.use(await Callee.open())
  const model = opened.use(await openOpenAiRealtime())
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`
  const sink = opened.use(await openSink(webhookSecret))
  const platform = opened.use(
    await openPlatform({
      databaseUrl: postgres.url,
      natsUrl: nats?.url ?? null,
      trunk: callee.trunk,
      ...limits,
      webhookSecret,
      realtimeUrl: `${model.url.replace('http:', 'ws:')}/v1/realtime`,
    }),
  )
  say(
    `${postgres.told}, ${nats ? 'NATS' : 'no NATS'}; ${calls} calls in ${minutes} min; log: ${platform.log}`,
  )
  const customer = { ...platform, webhookUrl: sink.url }
  const placing = placeCalls(customer, { calls, withinMs: lastsMs * 0.9 }, signal)
  const raging = storm({ members: platform.members, postgres, random: randomBy(seed), say }, lastsMs, signal)
  const [accepted, damage] = await Promise.all([placing, raging])
  say('the storm is over')
  const calmMs = await untilCalm(postgres.url, { calls, say }, signal)
  const verdict = await judge({
    databaseUrl: postgres.url,
    accepted,
    rung: callee.rung,
    mostAtOnce: callee.mostAtOnce,
    limits,
    received: sink.received(),
    messages: sink.messages,
    unverified: sink.unverified,
  })
  const calm_after_seconds = Math.round(calmMs / 100) / 10
  const database = postgres.told
  return {
    ...verdict,
    ...damage,
    seed,
    minutes,
    database,
    told_by: nats ? 'NATS' : 'PostgreSQL',
    calm_after_seconds,
  }
}

/** Until no call is under way and no webhook waits, or the patience is over; answers how long that took. */
async function untilCalm(
  url: string,
  { calls, say }: { calls: number; say: (line: string) => void },
  signal: AbortSignal,
): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const beganAt = performance.now()
  try {
    for (;;) {
      const { rows } = await client.query<{ done: number; pending: number }>(`
        select (select count(*)::int from calls where completed) as done,
          (select count(*)::int from webhook_deliveries where status = 'pending') as pending`)
      const { done = 0, pending = 0 } = rows[0] ?? {}
      const tookMs = performance.now() - beganAt
      if ((done === calls && pending === 0) || tookMs > calmWithinMs) return tookMs
      say(`${done} of ${calls} calls done, ${pending} webhooks pending`)
      await sleep(2_000, undefined, { signal })
    }
  } finally {
    await client.end()
  }
}
