import { setTimeout as sleep } from 'node:timers/promises'
import { changeAgents, isAuditIntact } from './change-agents.ts'
import { placeCalls } from './place-calls.ts'
import { randomBy } from './random.ts'
import { openScene, type Scene } from './scene.ts'
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
  readonly told_by: Scene['toldBy']
  /** From the end of the storm until nothing was left to do. */
  readonly calm_after_seconds: number
}

/** So many calls at once, and so many dialled in a second, over all workers. */
const limits = { maxCalls: 12, callsPerSecond: 6 }
const processes = { apis: 2, workers: 3, drainSeconds: 3 }
/** A lease, the reaper, the retry of a webhook whose sender was killed, and a machine that is slow to start again. */
const calmWithinMs = 240_000

/** The platform under a storm of killed processes, and what is left of its promises. */
export async function runChaos({ calls, minutes, seed, say }: ChaosRun): Promise<ChaosResult> {
  const lastsMs = minutes * 60_000
  const signal = AbortSignal.timeout(lastsMs + 2 * calmWithinMs)
  await using scene = await openScene({ ...processes, ...limits })
  const { postgres, platform, callee, sink, toldBy } = scene
  say(`${postgres.told}, told by ${toldBy}; ${calls} calls in ${minutes} min; log: ${platform.log}`)
  const placing = placeCalls(scene.customer, { calls, withinMs: lastsMs * 0.9 }, signal)
  const raging = storm({ members: platform.members, postgres, random: randomBy(seed), say }, lastsMs, signal)
  const changing = changeAgents(scene.customer, lastsMs, signal)
  const [accepted, damage, agents] = await Promise.all([placing, raging, changing])
  say('the storm is over')
  const calmMs = await untilCalm(scene, { calls, say }, signal)
  const verdict = await judge({
    databaseUrl: postgres.url,
    accepted,
    agents,
    auditIntact: await isAuditIntact(scene.customer, signal),
    rung: callee.rung,
    mostAtOnce: callee.mostAtOnce,
    crowd: callee.crowd,
    limits,
    received: sink.received(),
    messages: sink.messages,
    unverified: sink.unverified,
  })
  const calm_after_seconds = Math.round(calmMs / 100) / 10
  return {
    ...verdict,
    ...damage,
    seed,
    minutes,
    database: postgres.told,
    told_by: toldBy,
    calm_after_seconds,
  }
}

/** Until no call is under way and no webhook waits, or the patience is over; answers how long that took. */
async function untilCalm(
  scene: Scene,
  { calls, say }: { calls: number; say: (line: string) => void },
  signal: AbortSignal,
): Promise<number> {
  for (const beganAt = performance.now(); ; await sleep(2_000, undefined, { signal })) {
    const [row] = await scene.query<{ done: number; pending: number }>(`
      select (select count(*)::int from calls where completed) as done,
        (select count(*)::int from webhook_deliveries where status = 'pending') as pending`)
    const { done = 0, pending = 0 } = row ?? {}
    const tookMs = performance.now() - beganAt
    if ((done === calls && pending === 0) || tookMs > calmWithinMs) return tookMs
    say(`${done} of ${calls} calls done, ${pending} webhooks pending`)
  }
}
