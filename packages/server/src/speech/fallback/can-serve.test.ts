import { expect, test } from 'vitest'
import { hostedParts } from '../hosted.ts'
import { createVoices } from '../voices.ts'
import { Breakers } from './breakers.ts'
import { canServe } from './can-serve.ts'
import { VoiceFault } from '../port.ts'
import { probesOf } from './probes.ts'

const hosted = hostedParts({
  openai: { apiKey: 'sk', realtimeUrl: 'ws://127.0.0.1:9/v1/realtime' },
  deepgram: { apiKey: 'dg' },
  elevenlabs: { apiKey: 'xi' },
})
const detectors = { open: () => ({ write: () => undefined, close: () => undefined }) }
const parts = { ...hosted, detectors, reserve: hostedParts({ cartesia: { apiKey: 'c' } }) }
const wanted = { model: 'gpt-realtime', voice: 'marin', language: 'en-US' }
const cascade = { model: 'gpt-4.1-mini', voice: 'EXAVITQu4vr4xnSDxMaL', language: 'en-US' }
const voices = ['voice elevenlabs', 'voice deepgram', 'voice openai']

test.each<['realtime' | 'legacy', readonly string[], boolean]>([
  ['realtime', [], true],
  ['realtime', ['realtime openai'], true],
  ['realtime', ['brain openai'], true],
  ['realtime', ['realtime openai', 'brain openai'], false],
  ['realtime', ['realtime openai', ...voices], false],
  ['legacy', ['realtime openai'], true],
  ['legacy', ['brain openai'], false],
  ['legacy', ['ears deepgram'], true],
  ['legacy', ['voice elevenlabs'], true],
  ['legacy', voices, false],
])('a %s call while %j are down: %s', (mode, down, expected) => {
  const serves = canServe(parts)
  const call = { mode, ...(mode === 'realtime' ? wanted : cascade) }
  expect(serves(call, name => !down.includes(name))).toBe(expected)
})

test('no call begins while all that could hold it have just failed', async () => {
  const breakers = new Breakers(() => 0)
  const away = new VoiceFault('openai', 'unreachable', { message: 'away' })
  for (const name of ['realtime openai', 'brain openai'])
    for (let time = 0; time < 3; time++) breakers.failed(name, away)
  expect(breakers.down()).toEqual(['realtime openai', 'brain openai'])
  const more = { prompt: '', purpose: '', temperature: null, tools: [], facts: {} }
  const opening = createVoices(parts, breakers).open(
    { mode: 'realtime', ...wanted, ...more },
    AbortSignal.timeout(1_000),
  )
  await expect(opening).rejects.toThrow('provider_unavailable')
})

test('every part of every provider can be probed', () => {
  const names = [...probesOf(parts).keys()]
  expect(names).toEqual(
    expect.arrayContaining(['realtime openai', 'brain openai', ...voices, 'ears deepgram']),
  )
  expect(names).not.toContain('voice cartesia')
})
