import { openDeepgram } from '@parley/rehearsal/stand-ins/deepgram/open-deepgram'
import { openElevenLabs } from '@parley/rehearsal/stand-ins/elevenlabs/open-elevenlabs'
import { openOpenAiChat } from '@parley/rehearsal/stand-ins/openai-chat/open-openai-chat'
import type { StandIn } from '@parley/rehearsal/stand-ins/stand-in'
import { toneSpeech } from '@parley/rehearsal/stand-ins/tone-speech'
import { VoiceActivity } from '@parley/rehearsal/stand-ins/voice-activity'
import { afterEach, expect, test } from 'vitest'
import type { DetectorFactory } from '../../src/speech/cascade/port.ts'
import { elevenLabsVoices } from '../../src/speech/cascade/synthesizers/elevenlabs/voices.ts'
import { hostedParts } from '../../src/speech/hosted.ts'
import { createVoices } from '../../src/speech/voices.ts'
import { session, silence, VoiceProbe } from './voice-probe.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

/** Energy instead of the neural detector: tones are no speech to that one. */
const detectors: DetectorFactory = {
  open: ({ stopAfterMs = 300, ...o }) => {
    const activity = new VoiceActivity({ prefixPaddingMs: 0, silenceMs: stopAfterMs }, event =>
      o.onSpeech(event),
    )
    return { write: frame => activity.write(frame), close: () => undefined }
  },
}

const elevenLabsVoiceIds = elevenLabsVoices.map(({ id }) => id)

async function open({ synthesizers }: { synthesizers?: readonly string[] } = {}) {
  const heard = ['who is this', 'yes that works']
  const deepgram = await openDeepgram({ transcribe: stretch => heard[stretch - 1] ?? '' })
  const elevenlabs = await openElevenLabs({ voices: ['your-spanish-voice-id', ...elevenLabsVoiceIds] })
  const chat = await openOpenAiChat({
    reply: ({ messages }) => {
      const newest = messages.at(-1)
      if (newest?.role === 'tool') return { text: 'Goodbye, John.' }
      if (newest?.content === 'yes that works') return { calls: [{ name: 'end_call', arguments: '{}' }] }
      return { text: 'This is Sarah from Bright Dental. I call about tomorrow.' }
    },
  })
  closing.push(deepgram, elevenlabs, chat)
  const parts = hostedParts({
    deepgram: { apiKey: 'dg', url: deepgram.url },
    elevenlabs: { apiKey: 'xi', url: elevenlabs.url },
    chat: { baseUrl: `${chat.url}/v1`, apiKey: 'sk', model: 'small' },
  })
  const speaking = parts.synthesizers.filter(({ provider }) => synthesizers?.includes(provider) ?? true)
  const voice = await createVoices({ ...parts, synthesizers: speaking, detectors }).open(
    {
      ...session,
      mode: 'legacy',
      model: 'small',
      voice: 'your-spanish-voice-id',
      voiceProvider: 'elevenlabs',
      language: 'es-ES',
    },
    AbortSignal.timeout(5000),
  )
  closing.push(voice)
  return { probe: new VoiceProbe(voice), chat, deepgram, elevenlabs }
}

test('a legacy call over three hosted providers: greeted, interrupted, answered, ended by a tool', async () => {
  const { probe, chat } = await open()
  const { voice } = probe
  expect(voice.capabilities.takesTurns).toBe(false)
  voice.say('opening', 'Hi John, this is Sarah.')
  await probe.until('reply_done')
  expect(probe.text('opening').trim()).toBe('Hi John, this is Sarah.')
  expect(probe.audioMs('opening')).toBeGreaterThan(1000)

  await probe.hear(toneSpeech('whowhowho is this'))
  await probe.until('speech_started')
  voice.interrupt('opening', 200)
  await probe.hear(silence(600))
  await expect
    .poll(() => probe.of('heard').at(-1), { timeout: 5000 })
    .toMatchObject({ text: 'who is this', final: true })
  voice.respond('r1')
  await probe.until('reply_done', 2)
  expect(probe.text('r1').trim()).toBe('This is Sarah from Bright Dental. I call about tomorrow.')
  expect(probe.of('first_token')).toEqual([{ type: 'first_token', replyId: 'r1' }])

  await probe.hear(toneSpeech('yesyesyes that works'))
  await probe.hear(silence(600))
  await expect
    .poll(() => probe.of('heard').at(-1), { timeout: 5000 })
    .toMatchObject({ text: 'yes that works', final: true })
  voice.respond('r2')
  await probe.until('tool_call')
  await probe.until('reply_done', 3)
  voice.answerTool(probe.of('tool_call')[0]?.toolCallId ?? '', { ok: true })
  voice.respond('r3')
  await probe.until('reply_done', 4)
  expect(probe.text('r3').trim()).toBe('Goodbye, John.')
  expect(probe.of('fault')).toEqual([])

  const last = chat.log.filter(entry => entry.type === 'chat.completions').at(-1)?.body
  expect(last).toMatchObject({
    messages: [
      { role: 'system' },
      { role: 'assistant', content: 'Hi' },
      { role: 'user', content: 'who is this' },
      { role: 'assistant', content: 'This is Sarah from Bright Dental. I call about tomorrow.' },
      { role: 'user', content: 'yes that works' },
      { role: 'assistant', tool_calls: [{ function: { name: 'end_call' } }] },
      { role: 'tool', content: '{"ok":true}' },
    ],
  })
})

test('a synthesizer that is gone fails the reply where it is the only one, and the next reply works', async () => {
  const { probe, elevenlabs } = await open({ synthesizers: ['elevenlabs'] })
  elevenlabs.faults.refuse(503)
  elevenlabs.faults.drop()
  await new Promise(resolve => setTimeout(resolve, 50))
  probe.voice.say('opening', 'Hi John.')
  await probe.until('reply_done')
  expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'failed' }])
  expect(probe.of('fault')).toMatchObject([
    { fatal: false, fault: { provider: 'elevenlabs', kind: 'unreachable' } },
  ])
  elevenlabs.faults.refuse(null)
  probe.voice.say('again', 'Hi John.')
  await probe.until('reply_done', 2)
  expect(probe.of('reply_done').at(-1)).toMatchObject({ replyId: 'again', result: 'complete' })
})

test('a synthesizer that is gone is replaced by another voice of the language, and no word is lost', async () => {
  const { probe, elevenlabs } = await open()
  elevenlabs.faults.refuse(503)
  elevenlabs.faults.drop()
  await new Promise(resolve => setTimeout(resolve, 50))
  probe.voice.say('opening', 'Hi John.')
  await probe.until('reply_done')
  expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'complete' }])
  expect(probe.of('fault')).toMatchObject([{ fatal: false, fault: { provider: 'elevenlabs' } }])
  expect(probe.text('opening').trim()).toBe('Hi John.')
  expect(probe.audioMs('opening')).toBeGreaterThan(300)
})

test('a brain that is refused fails the reply', async () => {
  const { probe, chat } = await open()
  chat.faults.refuse(401)
  probe.voice.respond('r1')
  await probe.until('reply_done')
  expect(probe.of('fault')).toMatchObject([{ fault: { provider: 'chat', kind: 'unauthorized' } }])
})

test('a recognizer connection that drops in mid-sentence is opened again, and no word is lost', async () => {
  const { probe, deepgram } = await open()
  await probe.hear(toneSpeech('whowhowho'))
  await probe.until('speech_started')
  deepgram.faults.drop()
  await probe.until('fault')
  await probe.hear(toneSpeech('isisis this'))
  await probe.hear(silence(600))
  await probe.until('heard')
  await expect.poll(() => probe.of('heard').at(-1), { timeout: 5000 }).toMatchObject({ final: true })
  const connections = deepgram.log.filter(entry => entry.type === 'connect')
  expect(connections).toHaveLength(2)
  expect(probe.of('heard').at(-1)?.text).not.toBe('')
  expect(probe.of('fault')).toMatchObject([{ fatal: false, fault: { provider: 'deepgram' } }])
})

const requests = (server: StandIn) =>
  server.log.filter(entry => entry.type === 'connect').map(({ body }) => (body as { path: string }).path)

test('another language is heard and spoken while the call goes on, and no word is lost', async () => {
  const { probe, chat, deepgram, elevenlabs } = await open()
  const { voice } = probe
  voice.say('opening', 'Un momento por favor.')
  const switching = voice.switchLanguage?.('fr-FR', AbortSignal.timeout(5000))
  await probe.hear(toneSpeech('whowhowho is this'))
  await switching
  await probe.until('reply_done')
  expect(probe.of('reply_done')).toMatchObject([{ replyId: 'opening', result: 'complete' }])
  await probe.hear(silence(600))
  await expect
    .poll(() => probe.of('heard').at(-1), { timeout: 5000 })
    .toMatchObject({ text: 'who is this', final: true })
  voice.respond('r1')
  await probe.until('reply_done', 2)
  expect(probe.of('fault')).toEqual([])
  const [before, after] = requests(deepgram)
  expect([before, after?.includes('language=fr')]).toEqual([expect.stringContaining('language=es'), true])
  expect(requests(elevenlabs).at(-1)).not.toContain('your-spanish-voice-id')
  expect(elevenlabs.log.some(({ type }) => type === 'close')).toBe(true)
  expect(deepgram.log.filter(({ type }) => type === 'close')).toHaveLength(1)
  expect(chat.log.filter(({ type }) => type === 'chat.completions')).toHaveLength(1)
})

test('where the other language can not be had, the call goes on in its own', async () => {
  const { probe, deepgram } = await open()
  const { voice } = probe
  deepgram.faults.refuse(503)
  const switching = voice
    .switchLanguage?.('fr-FR', AbortSignal.timeout(5000))
    .catch((error: unknown) => error)
  await probe.hear(toneSpeech('whowhowho is this'))
  expect(await switching).toMatchObject({ name: 'VoiceFault', kind: 'unreachable' })
  expect(
    await voice.switchLanguage?.('xx', AbortSignal.timeout(5000)).catch((error: unknown) => error),
  ).toMatchObject({ kind: 'refused' })
  await probe.hear(silence(600))
  await expect
    .poll(() => probe.of('heard').at(-1), { timeout: 5000 })
    .toMatchObject({ text: 'who is this', final: true })
  voice.say('r1', 'Muy bien.')
  await probe.until('reply_done')
  expect(probe.of('reply_done')).toMatchObject([{ result: 'complete' }])
  expect(probe.of('fault')).toEqual([])
})
