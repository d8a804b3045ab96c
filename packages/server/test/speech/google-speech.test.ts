import { generateKeyPairSync } from 'node:crypto'
import {
  openGoogleSpeech,
  type GoogleSpeechOptions,
} from '@parley/rehearsal/stand-ins/google-speech/open-google-speech'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { afterEach, expect, test } from 'vitest'
import {
  googleSpeech,
  type GoogleSpeechConfig,
} from '../../src/speech/cascade/recognizers/google/google-speech.ts'
import { RecognizerProbe, silence } from './recognizer-probe.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

const SENTENCE = 'please tomorrow works for everybody'
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

async function open(options: GoogleSpeechOptions, config: Partial<GoogleSpeechConfig> = {}, language = 'es') {
  const server = await openGoogleSpeech({ vocabulary: SENTENCE.split(' '), ...options })
  closing.push(server)
  const probe = new RecognizerProbe(2)
  await probe.open(googleSpeech({ access: { apiKey: 'key' }, url: server.url, ...config }), { language })
  closing.push(probe.stream)
  return { server, probe }
}

test('is asked for telephone audio in the language of the call', async () => {
  const { server } = await open({})
  await expect
    .poll(() => server.log.find(({ type }) => type === 'config')?.body)
    .toMatchObject({
      config: { encoding: 'MULAW', sampleRateHertz: 8000, languageCode: 'es-ES', model: 'telephony' },
      interimResults: true,
    })
})

test('a service account proves itself with a token of its own', async () => {
  const serviceAccount = { email: 'caller@project.iam.gserviceaccount.com', privateKey, keyId: 'k1' }
  const { probe } = await open({ publicKey }, { access: { serviceAccount } })
  await probe.say(toneSpeech(SENTENCE))
  await probe.until(() => probe.text === SENTENCE)
})

test.each([
  [
    'of somebody else',
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  ],
  ['that is none', '-----BEGIN PRIVATE KEY-----\\ncanary\\n-----END PRIVATE KEY-----'],
])('a key %s is unauthorized', async (_, key) => {
  const serviceAccount = { email: 'caller@project.iam.gserviceaccount.com', privateKey: String(key) }
  const thrown: unknown = await open({ publicKey }, { access: { serviceAccount } }).catch(
    (error: unknown) => error,
  )
  expect(thrown).toMatchObject({ name: 'VoiceFault', kind: 'unauthorized' })
  expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain('canary')
})

test('a service that says nothing until it hears is waited for no longer than needed', async () => {
  const { probe } = await open({ silentStart: true })
  await probe.say(toneSpeech(SENTENCE))
  await probe.until(() => probe.text === SENTENCE)
  expect(probe.of('fault')).toEqual([])
})

test('a key may be refused after all', async () => {
  const { probe } = await open({ refusesLate: true })
  await expect
    .poll(() => probe.of('fault'))
    .toMatchObject([{ fatal: true, fault: { kind: 'unauthorized', provider: 'google' } }])
})

/** Pings, which are ten seconds apart, take no part in it. */
test.each(['in a pause', 'while somebody speaks'])('a half-open connection is found %s', async when => {
  const { server, probe } = await open({})
  await probe.begin(toneSpeech(SENTENCE))
  server.faults.stall()
  if (when === 'in a pause') await probe.pause()
  await probe.until(() => probe.of('fault').length > 0)
  const late = { kind: 'timeout', message: 'DEADLINE_EXCEEDED: no answer within 1900 ms' }
  expect(probe.of('fault')).toMatchObject([{ fatal: true, fault: late }])
})

test('noise without a word is no fault', async () => {
  const { server, probe } = await open({})
  probe.stream.speech({ type: 'started', atMs: probe.atMs })
  await probe.until(() => server.log.filter(({ type }) => type === 'config').length > 2)
  await probe.say(toneSpeech(SENTENCE))
  await probe.until(() => probe.text === SENTENCE)
  expect(probe.of('fault')).toEqual([])
})

test('silence renews a stream before the service ends it, and no word is lost', async () => {
  const { server, probe } = await open({ limitMs: 6_000 }, { streamLimitMs: 5_000 })
  await probe.hear(silence(4_200))
  await probe.say(toneSpeech(SENTENCE))
  await probe.until(() => probe.text === SENTENCE)
  await probe.hear(silence(9_000))
  await probe.say(toneSpeech(SENTENCE))
  await probe.until(() => probe.text === `${SENTENCE} ${SENTENCE}`)
  expect(probe.of('fault')).toEqual([])
  expect(server.log.filter(({ type }) => type === 'connect')).toHaveLength(1)
})

test('a stream that the service ends for its length is followed by another', async () => {
  const { server, probe } = await open({ limitMs: 3_000 }, { streamLimitMs: 60_000 })
  await probe.hear(silence(3_100))
  await expect.poll(() => server.log.filter(({ type }) => type === 'config')).toHaveLength(2)
  await probe.say(toneSpeech('for'))
  await probe.until(() => probe.text === 'for')
  expect(probe.of('fault')).toEqual([])
})
