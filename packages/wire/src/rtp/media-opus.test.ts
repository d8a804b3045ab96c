import { expect, test } from 'vitest'
import { host, media, openPair, soon, toneBytes, until } from '../../test/loopback.ts'
import { usualOpusWish } from '../audio/opus.ts'
import { mulawLevelDbfs } from '../audio/level.ts'
import { newSrtpKey } from '../sdp/crypto-line.ts'
import { openMediaEngine, type MediaStream } from './media-engine.ts'
import type { StreamMedia } from './negotiated-media.ts'

const opus: Partial<StreamMedia> = {
  codec: { name: 'opus', payloadType: 107 },
  opus: { ...usualOpusWish, inBandFec: true },
  telephoneEvent: 102,
  telephoneEventRate: 48_000,
}

/** Counts the frames in which something sounds. */
function ear(stream: MediaStream): { loud: number } {
  const heard = { loud: 0 }
  stream.onFrame(frame => {
    if (mulawLevelDbfs(frame) > -25) heard.loud += 1
  })
  return heard
}

test('two streams speak Opus, press keys at its clock, and report jitter in milliseconds', async () => {
  await using engine = await openMediaEngine({ host })
  const a = await engine.openStream(soon())
  const b = await engine.openStream(soon())
  a.start(media(b.port, opus))
  b.start(media(a.port, opus))
  const heard = ear(b)
  const digits: string[] = []
  b.onDigit(digit => digits.push(digit))
  a.write(toneBytes(1000))
  await until(() => heard.loud >= 45, 'the tone is heard')
  await a.sendDigits('12#', soon())
  await until(() => digits.length === 3, 'the keys are heard')
  expect(digits).toEqual(['1', '2', '#'])
  const { malformed, lost, jitterMs } = b.stats()
  expect([malformed, lost]).toEqual([0, 0])
  expect(jitterMs).toBeLessThan(60)
})

test.each([
  ['in the clear', undefined],
  ['protected', newSrtpKey('AES_CM_128_HMAC_SHA1_80')],
])('a call %s changes from PCMU to Opus and back', async (_, key) => {
  const srtp = key && { srtp: { send: key, receive: key } }
  await using engine = await openMediaEngine({ host })
  const [a, b] = await openPair(engine)
  const heard = ear(b)
  for (const codec of [{}, opus, {}]) {
    heard.loud = 0
    a.start(media(b.port, { ...codec, ...srtp }))
    b.start(media(a.port, { ...codec, ...srtp }))
    a.write(toneBytes(600))
    await until(() => heard.loud >= 20, 'the tone is heard')
  }
})
