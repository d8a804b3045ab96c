import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import type { Flow, IncomingFlow, OutgoingFlow } from './flow.ts'
import { Sipp } from '../packages/wire/test/sipp-program.ts'
import { host, Peer, type PeerOptions } from './peer.ts'

export interface FlowResult {
  readonly name: string
  readonly passed: boolean
  readonly ms: number
  /** Why it did not pass. */
  readonly fault?: string
}

const flowDeadlineMs = 30_000

/** Plays one flow; whatever goes wrong is its result. */
export async function runFlow(flow: Flow, sippPath: string): Promise<FlowResult> {
  const startedAt = performance.now()
  const fault = await playFlow(flow, sippPath).catch((error: unknown) =>
    error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  )
  const ms = Math.round(performance.now() - startedAt)
  return { name: flow.name, ms, passed: fault === undefined, ...(fault === undefined ? {} : { fault }) }
}

async function playFlow(flow: Flow, sippPath: string): Promise<string | undefined> {
  switch (flow.direction) {
    case 'out':
      return await callOut(flow, sippPath)
    case 'in':
      return await beCalled(flow, sippPath)
    case 'with':
      await inTime(flow.play())
      return undefined
  }
}

async function callOut(flow: OutgoingFlow, program: string): Promise<string | undefined> {
  await using peer = await Peer.open(optionsOf(flow))
  await using sipp = await start(flow, program, [])
  if (!(await sipp.listening())) return `SIPp did not start:\n${sipp.output}`
  await inTime(flow.play(peer, sipp.port))
  return await verdict(sipp, peer)
}

async function beCalled(flow: IncomingFlow, program: string): Promise<string | undefined> {
  const played: Promise<unknown>[] = []
  let calls = 0
  const { play } = flow
  const onCall = (incoming: IncomingCall): void => {
    calls += 1
    const done = play ? play(peer, incoming) : Promise.reject(new Error('a call reached the application'))
    done.catch(() => undefined)
    played.push(done)
  }
  await using peer = await Peer.open({ ...optionsOf(flow), ...(flow.takesNoCalls ? {} : { onCall }) })
  await using sipp = await start(flow, program, [`${host}:${portOf(flow, peer)}`])
  const said = await verdict(sipp, peer)
  if (said !== undefined) return said
  await inTime(Promise.all(played))
  return calls === (play ? 1 : 0) ? undefined : `${calls} calls reached the application`
}

type SippFlow = OutgoingFlow | IncomingFlow

const start = (flow: SippFlow, path: string, target: readonly string[]): Promise<Sipp> =>
  Sipp.start({
    path,
    args: [...playing(flow.scenario ?? flow.name), '-m', '1', ...(flow.sipp ?? []), ...target],
    transport: flow.transport ?? 'udp',
  })

/** What makes SIPp play a file of `flows/`; the call is over when its last line is. */
export const playing = (scenario: string): string[] => [
  '-sf',
  fileURLToPath(new URL(`./flows/${scenario}.xml`, import.meta.url)),
  '-deadcall_wait',
  '0',
]

const optionsOf = ({ transport, options }: SippFlow): PeerOptions => ({
  ...options,
  ...(transport === 'tcp' ? { tcp: { port: 0 } } : {}),
})

const portOf = ({ transport }: SippFlow, { agent }: Peer): number =>
  (transport === 'tcp' ? agent.ports.tcp : undefined) ?? agent.port

async function verdict(sipp: Sipp, peer: Peer): Promise<string | undefined> {
  const code = await sipp.exit
  if (code !== 0) return `SIPp ended with ${code}:\n${sipp.output.slice(-4_000)}`
  return peer.faults.length > 0 ? `fault of our own: ${String(peer.faults[0])}` : undefined
}

async function inTime(work: Promise<unknown>): Promise<void> {
  const waiting = new AbortController()
  const late = wait(flowDeadlineMs, 'late', { signal: waiting.signal }).catch(() => undefined)
  try {
    if ((await Promise.race([work, late])) === 'late') throw new Error('the flow did not come to its end')
  } finally {
    waiting.abort()
  }
}
