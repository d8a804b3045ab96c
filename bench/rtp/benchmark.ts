import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { serializeRtp } from '@parley/wire/rtp/packet'
import type { BenchOptions, Benchmark, Figures } from '../benchmark.ts'
import { Pacer } from '../measure/pacer.ts'
import { usageOf } from '../measure/processes.ts'
import { quantiles, rounded } from '../measure/quantiles.ts'
import { Subject } from '../measure/subject.ts'
import { Arrivals } from './arrivals.ts'

const host = '127.0.0.1'
const slotMs = 20
const warmUpMs = 3_000
const roomBytes = 4 * 2 ** 20

export const rtp: Benchmark = {
  told: 'PCMU both ways, 20 ms packets; receive times of the callers',
  defaults: { calls: 100, seconds: 20 },
  run,
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<Figures> {
  await using subject = new Subject({ program: 'rtp/subject.ts', ...options })
  const socket = await openSocket()
  try {
    const before = usageOf(subject.pid)
    const order = { type: 'open', calls: options.calls, port: socket.address().port }
    const { ports } = (await subject.ask(order, signal)) as { ports: number[] }
    using pacer = new Pacer()
    ports.forEach((port, call) => pacer.add(speaker(socket, port), (call * slotMs) / ports.length))
    await wait(warmUpMs, undefined, { signal })
    return {
      ...(await listen(socket, { subject, ports, ...options }, signal)),
      rss_per_call_mib: rounded((usageOf(subject.pid).rssMiB - before.rssMiB) / options.calls),
    }
  } finally {
    socket.close()
  }
}

interface Listening {
  readonly subject: Subject
  readonly ports: readonly number[]
  readonly seconds: number
}

async function listen(
  socket: Socket,
  { subject, ports, seconds }: Listening,
  signal: AbortSignal,
): Promise<Figures> {
  const calls = new Map(ports.map(port => [port, new Arrivals()]))
  const skippedBefore = await skippedOf(subject, signal)
  const hear = (bytes: Buffer, from: { port: number }): void =>
    calls.get(from.port)?.note(bytes, performance.now())
  const cpuBefore = usageOf(subject.pid).cpuMs
  const startMs = performance.now()
  socket.on('message', hear)
  await wait(seconds * 1_000, undefined, { signal })
  socket.off('message', hear)
  const tookMs = performance.now() - startMs
  const cpuMs = usageOf(subject.pid).cpuMs - cpuBefore
  const all = [...calls.values()]
  const sum = (of: (one: Arrivals) => number): number => all.reduce((total, one) => total + of(one), 0)
  return {
    pacing_error_ms: quantiles(all.flatMap(one => one.pacingErrors)),
    lateness_ms: quantiles(all.flatMap(one => one.lateness)),
    under_send_percent: rounded(100 * (1 - sum(one => one.count) / ((tookMs / slotMs) * ports.length))),
    sequence_gaps: sum(one => one.sequenceGaps),
    timestamp_jumps: sum(one => one.timestampJumps),
    timestamp_faults: sum(one => one.timestampFaults),
    skipped_slots: (await skippedOf(subject, signal)) - skippedBefore,
    cpu_us_per_stream_slot: rounded((cpuMs * 1_000) / (tookMs / slotMs) / ports.length),
    cpu_ms_per_call_second: rounded(cpuMs / (tookMs / 1_000) / ports.length),
    subject_cpu_percent: rounded((100 * cpuMs) / tookMs),
  }
}

async function skippedOf(subject: Subject, signal: AbortSignal): Promise<number> {
  return ((await subject.ask({ type: 'stats' }, signal)) as { skipped: number }).skipped
}

function speaker(socket: Socket, port: number): (slot: number) => void {
  const packet = { payloadType: 0, marker: false, ssrc: port, payload: new Uint8Array(160).fill(0x2a) }
  return slot =>
    socket.send(
      serializeRtp({ ...packet, sequence: slot & 0xffff, timestamp: (slot * 160) >>> 0 }),
      port,
      host,
    )
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: roomBytes })
  socket.bind(0, host)
  await once(socket, 'listening')
  return socket
}
