import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startBaresipPhone } from '../../test/baresip-phone.ts'
import { freePort } from '../../test/free-port.ts'
import { host, soon, toneBytes, until } from '../../test/loopback.ts'
import { program } from '../../test/program.ts'
import { levelDbfs, mulawLevelDbfs } from '../audio/level.ts'
import { readAnswer } from '../sdp/answer.ts'
import { newSrtpKeys } from '../sdp/crypto-line.ts'
import { createOffer, type OfferOptions } from '../sdp/offer.ts'
import { openUserAgent } from '../sip/user-agent.ts'
import { openMediaEngine } from './media-engine.ts'

const path = program('baresip')

interface PhoneCase {
  modules: string[]
  parameters?: string
  sampleRateHz?: number
  offer: Partial<OfferOptions>
  agreed: object
}

const protectedBy = (suite: string): PhoneCase => ({
  modules: ['srtp.so'],
  parameters: ';mediaenc=srtp-mand',
  offer: { srtp: newSrtpKeys().filter(key => key.suite === suite) },
  agreed: { srtp: { send: { suite }, receive: { suite } } },
})

test.skipIf(path === undefined).each<[string, PhoneCase]>([
  ['SRTP with tags of 80 bits', protectedBy('AES_CM_128_HMAC_SHA1_80')],
  ['SRTP with tags of 32 bits', protectedBy('AES_CM_128_HMAC_SHA1_32')],
  [
    'G.722',
    {
      modules: ['g722.so'],
      sampleRateHz: 16_000,
      offer: { codecs: [{ name: 'G722', payloadType: 9, clockRate: 8000 }] },
      agreed: { codec: { name: 'G722' } },
    },
  ],
])('baresip speaks and hears %s', async (_, { offer, agreed, ...setup }) => {
  const port = await freePort()
  await using phone = await startBaresipPhone({ path: path ?? '', port, ...setup })
  await using agent = await openUserAgent({ host, port: 0, name: 'test' })
  await using engine = await openMediaEngine({ host })
  await using stream = await engine.openStream(soon())
  let loud = 0
  stream.onFrame(frame => {
    if (mulawLevelDbfs(frame) > -40) loud++
  })
  const sdp = createOffer({ address: { host, port: stream.port }, ...offer })
  const order = { to: phone.uri, from: 'sip:test@127.0.0.1', sdp, ringTimeoutMs: 8000 }
  const call = await agent.invite(order, AbortSignal.timeout(10_000))
  const media = readAnswer(sdp, call.remoteSdp)
  expect(media).toMatchObject(agreed)
  stream.start(media)
  stream.write(toneBytes(2000, 700))
  await until(() => loud > 50 && stream.queuedMs === 0, 'the tone of baresip is heard')
  await wait(300)
  const { unauthentic, malformed } = stream.stats()
  await call.bye(AbortSignal.timeout(5000))
  expect(malformed).toBe(0)
  // A wrong key would refuse every packet; one may come in the clear while the other side sets itself up.
  expect(unauthentic).toBeLessThanOrEqual(1)
  const { samples: heard } = await phone.heard()
  const pieces = Array.from({ length: Math.floor(heard.length / 800) }, (__, i) =>
    heard.slice(i * 800, i * 800 + 800),
  )
  expect(pieces.filter(piece => levelDbfs(piece) > -25).length).toBeGreaterThan(10)
})
