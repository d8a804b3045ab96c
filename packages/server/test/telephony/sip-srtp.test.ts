import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { answerOffer } from '@parley/wire/sdp/answer'
import { type AnsweredCall, type IncomingCall, openUserAgent } from '@parley/wire/sip/user-agent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { SipCarrier } from '../../src/telephony/sip/sip-carrier.ts'
import { findAudio, tone } from './sound.ts'

/** A trunk whose audio is encrypted, and a callee of its own. */
const host = '127.0.0.1'
const soon = () => AbortSignal.timeout(10_000)

async function openTrunk(answer: (call: IncomingCall) => Promise<unknown>) {
  const open = new AsyncDisposableStack()
  onTestFinished(() => open.disposeAsync())
  const media = open.use(await openMediaEngine({ host }))
  const onCall = (call: IncomingCall): void => void answer(call).catch(() => undefined)
  const far = open.use(await openUserAgent({ host, port: 0, name: 'Callee', onCall }))
  const userAgent = open.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
  const trunk = { uri: `sip:${far.host}:${far.port}`, credentials: null, srtp: true }
  const carrier = new SipCarrier({ userAgent, media, mediaHost: host, trunk })
  const order = { to: '+15555550100', from: '+15555550199', ringTimeoutMs: 5_000, correlationId: 'one' }
  return { open, media, dial: () => carrier.dial({ ...order, onProgress: () => undefined }, soon()) }
}

test('both directions are encrypted, heard, and stay so when the other side wants it plain', async () => {
  const answered = Promise.withResolvers<AnsweredCall>()
  const heard: Uint8Array[] = []
  const theirs = tone(700, 400)
  let offer = ''
  const { open, media, dial } = await openTrunk(async call => {
    offer = call.sdp ?? ''
    const stream = open.use(await media.openStream(soon()))
    const { sdp, media: agreed } = answerOffer(offer, { address: { host, port: stream.port } })
    stream.onFrame(frame => heard.push(frame.slice()))
    stream.start(agreed)
    const accepted = await call.accept(sdp, soon())
    stream.write(theirs)
    answered.resolve(accepted)
  })
  const leg = open.use(await dial())
  expect(offer).toMatch(/m=audio \d+ RTP\/SAVP [^]*a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/)
  const ours = tone(440, 400)
  const got: Uint8Array[] = []
  leg.hear(frame => got.push(frame.slice()))
  leg.speaker.write(ours)
  await vi.waitFor(
    () => {
      expect(findAudio(Buffer.concat(heard), ours)).toBeGreaterThanOrEqual(0)
      expect(findAudio(Buffer.concat(got), theirs)).toBeGreaterThanOrEqual(0)
    },
    { timeout: 8_000 },
  )
  const callee = await answered.promise
  const plain = callee.localSdp.replace('RTP/SAVP', 'RTP/AVP').replace(/^a=crypto.*\r\n/gm, '')
  await expect(callee.reinvite(plain, soon())).rejects.toMatchObject({ status: 488 })
})

test('a callee who does not encrypt is not talked to', async () => {
  const { dial } = await openTrunk(async call => {
    const sdp = `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n`
    await call.accept(sdp, soon())
  })
  await expect(dial()).rejects.toMatchObject({ name: 'DialFailed', callStatus: 'failed' })
})
