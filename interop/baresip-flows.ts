import { equal, ok, rejects } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { levelDbfs, mulawLevelDbfs } from '@parley/wire/audio/level'
import { newSrtpKeys } from '@parley/wire/sdp/crypto-line'
import { SdpError } from '@parley/wire/sdp/sdp-error'
import { opusCodec } from '@parley/wire/sdp/stream-codecs'
import type { IncomingCall } from '@parley/wire/sip/user-agent'
import { startBaresipPhone, type PhoneOptions } from '../packages/wire/test/baresip-phone.ts'
import { makeCertificate } from '../packages/wire/test/certificates.ts'
import { freePort } from '../packages/wire/test/free-port.ts'
import { toneBytes } from '../packages/wire/test/loopback.ts'
import { program } from '../packages/wire/test/program.ts'
import type { ProgramFlow } from './flow.ts'
import { host, Peer, type PeerOptions, type PhoneCall } from './peer.ts'
import { until } from './until.ts'

type Transport = 'udp' | 'tcp' | 'tls'

interface BaresipCase {
  readonly name: string
  readonly transport?: Transport
  readonly phone?: Pick<PhoneOptions, 'modules' | 'parameters' | 'config' | 'sampleRateHz' | 'channels'>
  readonly offer?: PeerOptions['offer']
  /** What our description must hold in the end. */
  readonly agreed?: RegExp
}

/** 20 ms frames, of which a second is plenty: the tone was heard. */
const enoughFrames = 50
const audibleDbfs = -40
const suites = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const

const cases: readonly BaresipCase[] = [
  { name: 'udp' },
  { name: 'tcp', transport: 'tcp' },
  { name: 'tls', transport: 'tls' },
  ...suites.map(suite => ({
    name: `srtp-${suite.slice(-2)}`,
    phone: { modules: ['srtp.so'], parameters: ';mediaenc=srtp-mand' },
    offer: { srtp: newSrtpKeys().filter(key => key.suite === suite) },
    agreed: /a=crypto:\d+ AES_CM_128_HMAC_SHA1_/,
  })),
  {
    name: 'opus',
    phone: {
      modules: ['opus.so'],
      parameters: ';audio_codecs=opus/48000/2',
      sampleRateHz: 48_000,
      channels: 2,
    },
    offer: { codecs: [opusCodec] },
    agreed: /a=rtpmap:\d+ opus\/48000\/2/,
  },
]

const programsFor = ({ transport }: BaresipCase): string[] =>
  transport === 'tls' ? ['baresip', 'openssl'] : ['baresip']

const pickedUp = (one: BaresipCase): ProgramFlow => ({
  name: `baresip-picks-up-${one.name}`,
  direction: 'with',
  programs: programsFor(one),
  play: () => withPeer(one, {}, (peer, settings) => callBaresip(one, { peer, settings })),
})

const calling = (one: BaresipCase): ProgramFlow => ({
  name: `baresip-calls-${one.name}`,
  direction: 'with',
  programs: programsFor(one),
  async play() {
    const { promise, resolve } = Promise.withResolvers<IncomingCall>()
    await withPeer(one, { onCall: resolve }, (peer, settings) =>
      beCalled(one, { peer, settings, incoming: promise }),
    )
  },
})

/** What we do not speak is refused before anything is sent: docs/decisions/014-no-dtls-srtp.md. */
const insistsOnDtls: BaresipCase = {
  name: 'dtls',
  phone: { modules: ['dtls_srtp.so'], parameters: ';mediaenc=dtls_srtp' },
}

const refused = (one: BaresipCase): ProgramFlow => ({
  name: `baresip-is-refused-${one.name}`,
  direction: 'with',
  programs: programsFor(one),
  async play() {
    const { promise, resolve } = Promise.withResolvers<IncomingCall>()
    await withPeer(one, { onCall: resolve }, async (peer, settings) => {
      const dials = `sip:parley@${host}:${peer.agent.port}`
      await using phone = await phoneOf(one, { settings, dials })
      const call = await promise
      ok(call.sdp?.includes('UDP/TLS/RTP/SAVP'), call.sdp)
      await rejects(peer.answer(call), SdpError)
      call.reject(488)
      await until(() => phone.output().includes('488 Not Acceptable Here'))
    })
  },
})

/** baresip 1.0 calls with the first suite that it knows and no other: there is no second case to play. */
export const baresipFlows: readonly ProgramFlow[] = [
  ...cases.map(pickedUp),
  ...cases.filter(({ name }) => name !== 'srtp-32').map(calling),
  refused(insistsOnDtls),
]

/** Lines of baresip's configuration that the transport needs. */
type Settings = readonly string[]

async function withPeer(
  { transport = 'udp', offer = {} }: BaresipCase,
  options: PeerOptions,
  play: (peer: Peer, settings: Settings) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-interop-'))
  try {
    const { settings, tls } = transport === 'tls' ? certified(folder) : { settings: [], tls: {} }
    const tcp = transport === 'tcp' ? { tcp: { port: 0 } } : {}
    await using peer = await Peer.open({ withMedia: true, offer, ...tcp, ...tls, ...options })
    await play(peer, settings)
    equal(peer.faults.length, 0, String(peer.faults[0]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One certificate, which both sides show. */
function certified(folder: string): { settings: Settings; tls: PeerOptions } {
  const certificate = makeCertificate(program('openssl') ?? '', `IP:${host}`)
  const file = join(folder, 'own.pem')
  writeFileSync(file, `${certificate.key}${certificate.cert}`)
  return { settings: [`sip_certificate ${file}`], tls: { tls: { port: 0, ...certificate } } }
}

const phoneOf = async (
  { transport = 'udp', phone = {} }: BaresipCase,
  more: { settings: Settings; dials?: string },
) =>
  await startBaresipPhone({
    path: program('baresip') ?? '',
    port: await freePort('tcp'),
    transport,
    ...phone,
    config: [...more.settings, ...(phone.config ?? [])],
    ...(more.dials === undefined ? {} : { dials: more.dials }),
  })

async function callBaresip(
  one: BaresipCase,
  { peer, settings }: { peer: Peer; settings: Settings },
): Promise<void> {
  await using phone = await phoneOf(one, { settings })
  const call = await peer.call(0, { to: phone.uri })
  equal(call.line.dialog.transport, one.transport ?? 'udp')
  await speakAndHear(call, one)
  await call.hangUp()
  await call[Symbol.asyncDispose]()
  await wasHeard(phone)
}

async function beCalled(
  one: BaresipCase,
  parts: { peer: Peer; settings: Settings; incoming: Promise<IncomingCall> },
): Promise<void> {
  const { transport = 'udp' } = one
  const port = parts.peer.agent.ports[transport] ?? 0
  const dials = `sip:parley@${host}:${port};transport=${transport}`
  await using phone = await phoneOf(one, { settings: parts.settings, dials })
  const call = await parts.peer.answer(await parts.incoming)
  await speakAndHear(call, one)
  await call.hangUp()
  await call[Symbol.asyncDispose]()
  await wasHeard(phone)
}

async function speakAndHear({ line, stream }: PhoneCall, { agreed }: BaresipCase): Promise<void> {
  if (!stream) throw new Error('the peer has no media')
  if (agreed) ok(agreed.test(line.localSdp), line.localSdp)
  let loud = 0
  stream.onFrame(frame => {
    if (mulawLevelDbfs(frame) > audibleDbfs) loud += 1
  })
  stream.write(toneBytes(2_000, 700))
  await until(() => loud >= enoughFrames && stream.queuedMs === 0)
  equal(stream.stats().malformed, 0)
}

async function wasHeard(phone: Awaited<ReturnType<typeof phoneOf>>): Promise<void> {
  const { samples, sampleRateHz } = await phone.heard()
  const size = sampleRateHz / 10
  const pieces = Array.from({ length: Math.floor(samples.length / size) }, (_, i) =>
    samples.slice(i * size, (i + 1) * size),
  )
  ok(pieces.filter(piece => levelDbfs(piece) > -25).length > 10, 'baresip heard no tone')
}
