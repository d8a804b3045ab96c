import { setTimeout as wait } from 'node:timers/promises'
import { answerOffer } from '@parley/wire/sdp/answer'
import { createOffer } from '@parley/wire/sdp/offer'
import { openUserAgent, type TraceLine, type UserAgent } from '@parley/wire/sip/user-agent'
import type { BenchOptions, Benchmark, Figures } from '../benchmark.ts'
import { usageOf } from '../measure/processes.ts'
import { quantiles, rounded } from '../measure/quantiles.ts'
import { Subject } from '../measure/subject.ts'

const host = '127.0.0.1'
const address = { host, port: 40_000 }
/** How fast the callers ring; `benchmarks.md` asks for the answer at 20 calls a second. */
const callsPerSecond = 20

export const sip: Benchmark = {
  told: 'INVITE sent to 180 and 200 received at 20 calls a second; then INVITEs a second when our agent dials',
  defaults: { calls: 1_000, seconds: 15 },
  run,
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<Figures> {
  await using subject = new Subject({ program: 'sip/subject.ts', ...options })
  const trace = new Stopwatch()
  await using peer = await openUserAgent({
    host,
    port: 0,
    name: 'parley-callers',
    onTrace: line => trace.note(line),
    onCall: call => void call.accept(answerOffer(call.sdp ?? '', { address }).sdp).catch(() => undefined),
  })
  const { port } = (await subject.ask({ type: 'listen' }, signal)) as { port: number }
  const answers = await ring(peer, { port, seconds: options.seconds, trace }, signal)
  const cpuBefore = usageOf(subject.pid).cpuMs
  trace.invitesSeen.length = 0
  const startMs = performance.now()
  const dialled = (await subject.ask({ type: 'dial', calls: options.calls, port: peer.port }, signal)) as {
    failed: number
  }
  const tookMs = performance.now() - startMs
  const cpuMs = usageOf(subject.pid).cpuMs - cpuBefore
  return {
    ...answers,
    dialled_calls: options.calls,
    failed_calls: dialled.failed,
    invites_per_second: rounded(middleRate(trace.invitesSeen)),
    cpu_ms_per_dialled_call: rounded(cpuMs / options.calls),
    subject_cpu_percent: rounded((100 * cpuMs) / tookMs),
  }
}

async function ring(
  peer: UserAgent,
  { port, seconds, trace }: { port: number; seconds: number; trace: Stopwatch },
  signal: AbortSignal,
): Promise<Figures> {
  const calls: Promise<void>[] = []
  for (let i = 0; i < seconds * callsPerSecond; i += 1) {
    calls.push(callOnce(peer, port, signal))
    await wait(1_000 / callsPerSecond, undefined, { signal })
  }
  await Promise.all(calls)
  return { invite_to_180_ms: quantiles(trace.ringing), invite_to_200_ms: quantiles(trace.answered) }
}

async function callOnce(peer: UserAgent, port: number, signal: AbortSignal): Promise<void> {
  const sdp = createOffer({ address })
  const order = { to: `sip:bob@${host}:${port}`, from: `sip:alice@${host}`, sdp, ringTimeoutMs: 10_000 }
  const call = await peer.invite(order, signal)
  await call.bye(signal)
}

/** INVITEs a second over the middle 80 % of them. */
function middleRate(times: readonly number[]): number {
  const middle = times.slice(Math.floor(times.length * 0.1), Math.ceil(times.length * 0.9))
  const [first, last] = [middle[0], middle.at(-1)]
  return first === undefined || last === undefined ? 0 : ((middle.length - 1) * 1_000) / (last - first)
}

/** Takes times at the callers' socket, by Call-ID. */
class Stopwatch {
  readonly ringing: number[] = []
  readonly answered: number[] = []
  readonly invitesSeen: number[] = []
  readonly #sentAt = new Map<string, number>()

  note({ direction, text }: TraceLine): void {
    const atMs = performance.now()
    const start = text.slice(0, 12)
    if (direction === 'sent') {
      if (start.startsWith('INVITE')) this.#sentAt.set(callIdOf(text), atMs)
      return
    }
    if (start.startsWith('INVITE')) this.invitesSeen.push(atMs)
    if (!/\r\nCSeq: \d+ INVITE\r\n/i.test(text)) return
    const sentAt = this.#sentAt.get(callIdOf(text))
    if (sentAt === undefined) return
    if (start === 'SIP/2.0 180 ') this.ringing.push(atMs - sentAt)
    if (start === 'SIP/2.0 200 ') {
      this.answered.push(atMs - sentAt)
      this.#sentAt.delete(callIdOf(text))
    }
  }
}

const callIdOf = (text: string): string => /\r\nCall-ID: (\S+)/i.exec(text)?.[1] ?? ''
