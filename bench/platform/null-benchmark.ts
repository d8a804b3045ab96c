import { setTimeout as wait } from 'node:timers/promises'
import type { BenchOptions } from '../benchmark.ts'
import { Pacer } from '../measure/pacer.ts'
import { quantiles, type Quantiles } from '../measure/quantiles.ts'
import { Subject } from '../measure/subject.ts'
import { Line } from './line.ts'
import { talk } from './turns.ts'

const longestSeconds = 10
const settleMs = 500

/**
 * What the harness itself adds: the same callers talk to a platform that does nothing but answer. Where this reads
 * much over 1 ms, the machine is too busy for the other figures to mean much.
 */
export async function measureNull(options: BenchOptions, signal: AbortSignal): Promise<Quantiles> {
  await using subject = new Subject({
    program: 'platform/null-subject.ts',
    pinned: options.pinned,
    profiles: null,
  })
  const { port } = (await subject.ask({ type: 'port' }, signal)) as { port: number }
  using pacer = new Pacer()
  await using lines = new AsyncDisposableStack()
  const calls: Line[] = []
  for (let i = 0; i < options.calls; i += 1) calls.push(lines.use(await Line.open(pacer)))
  for (const line of calls) line.talkTo({ host: '127.0.0.1', port })
  await wait(settleMs, undefined, { signal })
  const endMs = performance.now() + Math.min(options.seconds, longestSeconds) * 1_000
  const talks = await Promise.all(calls.map(line => talk(line, endMs, signal)))
  const { delays } = (await subject.ask({ type: 'delays' }, signal)) as { delays: Record<string, number[]> }
  const added = calls.flatMap(({ port: own }, place) =>
    (talks[place]?.turns ?? []).map(
      ({ saidAt, heardAt }, turn) => heardAt - saidAt - (delays[String(own)]?.[turn] ?? Number.NaN),
    ),
  )
  return quantiles(added.filter(value => !Number.isNaN(value)))
}
