import { equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { protectionOf } from '@parley/server/config/sip-line'
import { DigestGuard } from '@parley/wire/sip/digest/digest-guard'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import { program } from '../packages/wire/test/program.ts'
import type { ProgramFlow } from './flow.ts'
import { host, Peer, type PeerOptions } from './peer.ts'

/** What its users look for: devices, then their extensions, then passwords. */
const probes = {
  svmap: (port: number) => ['-p', String(port), host],
  'svwar-register': (port: number) => ['-p', String(port), '-e', '100-120', host],
  'svwar-invite': (port: number) => ['-p', String(port), '-m', 'INVITE', '-e', '100-120', '--force', host],
  'svwar-options': (port: number) => ['-p', String(port), '-m', 'OPTIONS', '-e', '100-120', '--force', host],
  svcrack: (port: number) => ['-p', String(port), '-u', '100', '-r', '100-120', host],
  'svcrack-invite': (port: number) => [
    '-p',
    String(port),
    '-u',
    '100',
    '-r',
    '100-120',
    '-m',
    'INVITE',
    host,
  ],
}
type Probe = keyof typeof probes

const longestMs = 25_000
/** What it says when it has found something: a table with rules of dashes and bars. */
const table = /\+-{3,}\+|\| *SIP Device|\| *Extension *\|.*Authentication/

/** As the server opens its line: strangers are dropped unread where there is a list, and else all told the same. */
const protectedBy = (allow: string[]): PeerOptions => ({
  protection: protectionOf(
    { PARLEY_SIP_ALLOW: allow, PARLEY_SIP_PACKETS_PER_SECOND: 100 },
    { knows: () => false },
  ),
})
const outside = (): PeerOptions => protectedBy(['carriers'])
const unlisted = (): PeerOptions => ({ ...protectedBy([]), onCall: answerTo })

/** A carrier with credentials is asked for proof; whoever else calls is told that this is forbidden. */
const guard = new DigestGuard('parley', () => performance.now())
const trunk = { username: '100', password: 'correct horse' }
function answerTo(call: IncomingCall): void {
  const { callId, source, headers } = call
  const asked = {
    method: 'INVITE',
    callId,
    source: source.host,
    authorization: headers.get('authorization') ?? [],
  }
  const proof = guard.check(asked, name => (name === trunk.username ? [trunk] : []))
  const isUnproved = proof.type === 'missing'
  if (proof.type === 'good') return call.ring()
  if (!isUnproved) return call.reject(403)
  call.reject(401, undefined, { 'WWW-Authenticate': guard.challenges(asked, proof.stale) })
}

/** Not on the list: not one answer, so nothing can be found. */
const silence = (probe: Probe): ProgramFlow => ({
  name: `sipvicious-${probe}-outside`,
  direction: 'with',
  programs: [programOf(probe)],
  async play() {
    await using peer = await Peer.open(outside())
    found(await run(probe, peer), false)
    equal(peer.sent('SIP/2.0'), 0)
    ok(peer.agent.droppedPackets > 0, 'nothing was dropped')
  },
})

/** Without a list the device itself may be seen (a proxy's OPTIONS wants an answer), its numbers and passwords not. */
const sameForAll = (probe: Exclude<Probe, 'svmap'>): ProgramFlow => ({
  name: `sipvicious-${probe}`,
  direction: 'with',
  programs: [programOf(probe)],
  async play() {
    await using peer = await Peer.open(unlisted())
    found(await run(probe, peer), false)
    ok(peer.sent('SIP/2.0') > 0, 'it was never answered')
  },
})

/** Shows that the probe does find what is there: the others would pass against a closed port too. */
const visible: ProgramFlow = {
  name: 'sipvicious-svmap-inside',
  direction: 'with',
  programs: ['svmap'],
  async play() {
    await using peer = await Peer.open()
    found(await run('svmap', peer), true)
  },
}

export const sipviciousFlows: readonly ProgramFlow[] = [
  visible,
  ...(['svmap', 'svwar-register', 'svwar-invite', 'svcrack'] as const).map(silence),
  ...(['svwar-register', 'svwar-invite', 'svwar-options', 'svcrack', 'svcrack-invite'] as const).map(
    sameForAll,
  ),
]

function programOf(probe: Probe): string {
  return probe.replace(/-.*$/, '')
}

function found(output: string, expected: boolean): void {
  equal(table.test(output), expected, output.slice(-2_000))
}

async function run(probe: Probe, { agent }: Peer): Promise<string> {
  // It keeps sessions in the home folder, which is none of ours.
  const home = await mkdtemp(join(tmpdir(), 'parley-sipvicious-'))
  const args = [...probes[probe](agent.port), '-b', host]
  const child = spawn(program(programOf(probe)) ?? '', args, {
    env: { ...process.env, HOME: home, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const late = setTimeout(() => child.kill('SIGKILL'), longestMs)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    if (code === null) throw new Error(`${probe} was still at it after ${longestMs} ms:\n${output}`)
    return output
  } finally {
    clearTimeout(late)
    await rm(home, { recursive: true, force: true })
  }
}
