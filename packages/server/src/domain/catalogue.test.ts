import { expect, test } from 'vitest'
import { type Catalogue, chooseSpeech, otherLanguages, type WantedSpeech } from './catalogue.ts'

const model = { languages: ['en'], supportsTemperature: true, typicalLatencyMs: 300 }
const voice = { languages: ['en'], description: '' }
const catalogue: Catalogue = {
  models: [
    { ...model, id: 'big', mode: 'realtime', provider: 'cloud', default: true },
    { ...model, id: 'small', mode: 'realtime', provider: 'local', default: false },
    { ...model, id: 'brain', mode: 'legacy', provider: 'chat', default: true },
  ],
  voices: [
    { ...voice, id: 'alloy', mode: 'realtime', provider: 'cloud', default: true },
    { ...voice, id: 'slt', mode: 'realtime', provider: 'local', default: false },
    { ...voice, id: 'rachel', mode: 'legacy', provider: 'tts', default: true },
    { ...voice, id: 'elvira', mode: 'legacy', provider: 'tts', default: false, languages: ['es'] },
  ],
  recognizedLanguages: ['en-US'],
}
const ask = (wanted: Partial<WantedSpeech>) =>
  chooseSpeech(catalogue, {
    mode: 'realtime',
    model: undefined,
    voice: undefined,
    ownVoices: [{ voiceId: 'mine', mode: 'legacy', provider: 'tts' }],
    ...wanted,
  })

test.each([
  [{}, 'big', 'alloy'],
  [{ voice: 'slt' }, 'small', 'slt'],
  [{ model: 'small' }, 'small', 'slt'],
  [{ mode: 'legacy' as const }, 'brain', 'rachel'],
  [{ mode: 'legacy' as const, voice: 'mine' }, 'brain', 'mine'],
  [{ mode: 'legacy' as const, language: 'en-GB' }, 'brain', 'rachel'],
  [{ mode: 'legacy' as const, language: 'es-MX' }, 'brain', 'elvira'],
  [{ mode: 'legacy' as const, language: 'es-MX', voice: 'rachel' }, 'brain', 'rachel'],
  [{ mode: 'legacy' as const, language: 'fi' }, 'brain', 'rachel'],
])('%j is served by %s with %s', (wanted, modelId, voiceId) => {
  expect(ask(wanted)).toMatchObject({ found: true, model: { id: modelId }, voice: { id: voiceId } })
})

test.each([
  [{ voice: 'nobody' }, 'voice', ['alloy', 'slt']],
  [{ voice: 'rachel' }, 'voice', ['alloy', 'slt']],
  [{ voice: 'mine' }, 'voice', ['alloy', 'slt']],
  [{ mode: 'legacy' as const, voice: 'alloy' }, 'voice', ['mine', 'rachel', 'elvira']],
  [{ model: 'brain' }, 'model', ['big', 'small']],
  [{ model: 'big', voice: 'slt' }, 'voice', ['alloy']],
])('%j lacks a %s and names %j', (wanted, lacking, valid) => {
  expect(ask(wanted)).toEqual({ found: false, lacking, valid })
})

test('a call may be switched to every other language that is heard and spoken, once', () => {
  const heard = ['en-US', 'es-ES', 'es-MX', 'fr-FR']
  const hearing = { ...catalogue, recognizedLanguages: heard }
  expect(otherLanguages(hearing, 'en-GB')).toEqual(['es-ES'])
  expect(otherLanguages(hearing, 'es-MX')).toEqual(['en-US'])
  expect(otherLanguages(catalogue, 'en-US')).toEqual([])
})
