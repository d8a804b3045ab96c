import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { answerOffer } from '@parley/wire/sdp/answer'
import { type IncomingCall, openUserAgent } from '@parley/wire/sip/user-agent'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { makeTone } from '@parley/wire/audio/tone'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EarlyMedia, NetworkSaidNo } from '../../src/dialer/early-media.ts'
import type { NetworkEars } from '../../src/speech/port.ts'
import { SipCarrier } from '../../src/telephony/sip/sip-carrier.ts'
import { plan } from '../conversation/stage.ts'

const host = '127.0.0.1'
const soon = () => AbortSignal.timeout(30_000)
const closing = new AsyncDisposableStack()
const deaf: NetworkEars = { open: async () => null }

let network: Awaited<ReturnType<typeof openNetwork>>
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => closing.disposeAsync())

/** A carrier, and a network that plays what it is given before it answers. */
async function openNetwork() {
  const media = closing.use(await openMediaEngine({ host }))
  let onCall: (call: IncomingCall) => Promise<void> = async () => undefined
  const far = closing.use(
    await openUserAgent({ host, port: 0, name: 'Network', onCall: call => void onCall(call) }),
  )
  const near = closing.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
  const trunk = { uri: `sip:${far.host}:${far.port}`, credentials: null, srtp: false }
  const carrier = new SipCarrier({ userAgent: near, media, mediaHost: host, trunk })
  return {
    carrier,
    plays(audio: Uint8Array, answersAfterMs: number | null) {
      const cancelled = Promise.withResolvers<void>()
      onCall = async call => {
        await using stream = await media.openStream(soon())
        const answer = answerOffer(call.sdp ?? '', { address: { host, port: stream.port } })
        stream.start(answer.media)
        call.ring(183, answer.sdp)
        stream.write(audio)
        call.cancelled.addEventListener('abort', () => cancelled.resolve())
        if (answersAfterMs === null) return await cancelled.promise
        const played = Promise.withResolvers<void>()
        stream.onMark(() => played.resolve())
        stream.mark('played')
        await played.promise
        const talk = await call.accept(answer.sdp, soon())
        const over = Promise.withResolvers<void>()
        talk.onEnd(() => over.resolve())
        stream.write(tones([[700, 400, 0]]))
        await over.promise
      }
      return cancelled.promise
    },
  }
}

function tones(
  parts: readonly (readonly [hz: number | readonly number[], onMs: number, offMs: number])[],
): Uint8Array {
  const samples = parts.flatMap(([hz, onMs, offMs]) => [
    ...makeTone({ frequenciesHz: [hz].flat(), durationMs: onMs, sampleRateHz: 8_000, amplitude: 0.15 }),
    ...new Int16Array(offMs * 8),
  ])
  return encodeMulaw(Int16Array.from(samples))
}

async function dial(early: EarlyMedia) {
  const order = {
    to: '+15555550100',
    from: null,
    ringTimeoutMs: 45_000,
    correlationId: 'early',
    onProgress: () => undefined,
  }
  return await early.during(
    signal => network.carrier.dial({ ...order, hearEarly: early.hear }, signal),
    soon(),
  )
}

const busy = [[480, 620], 500, 500] as const
const rising = [
  [950, 330, 0],
  [1_400, 330, 0],
  [1_800, 330, 500],
] as const

test.each([
  ['a busy tone', tones(Array.from({ length: 25 }, () => busy)), 'busy'],
  ['rising tones', tones(rising), 'failed'],
])('%s before the answer ends the attempt, and the call is cancelled', async (_, audio, callStatus) => {
  const cancelled = network.plays(audio, null)
  await using early = new EarlyMedia(plan, deaf)
  const refused = await dial(early).then(
    () => null,
    (error: unknown) => error,
  )
  expect(refused).toBeInstanceOf(NetworkSaidNo)
  expect(refused).toMatchObject({ outcome: { status: 'failed', callStatus } })
  await cancelled
})

test('ringing is waited out; the clock of the leg begins at the answer', async () => {
  void network.plays(tones([[[440, 480], 1_000, 500]]), 1_500)
  await using early = new EarlyMedia(plan, deaf)
  await using leg = await dial(early)
  const answeredMs = leg.positionMs
  expect(answeredMs).toBeLessThan(500)
  expect(early.mailboxHeard).toBe(false)
  const heard = Promise.withResolvers<number>()
  leg.hear((frame, atMs) => {
    if (frame.some(byte => (byte & 0x70) === 0x20 || (byte & 0x70) === 0x10)) heard.resolve(atMs)
  })
  expect(await heard.promise).toBeLessThan(1_500)
})
