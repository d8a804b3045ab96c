import { afterEach, describe, expect, test } from 'vitest'
import { VoiceFault, type Voice, type VoiceEvent, type VoiceSession } from '../port.ts'
import { openCascadeVoice, type CascadeParts } from './cascade-voice.ts'
import type { BrainEvent, BrainRequest, RecognizerEvent } from './port.ts'

const session: VoiceSession = {
  mode: 'legacy',
  model: 'm',
  voice: 'v',
  prompt: 'Be brief.',
  purpose: 'Be kind.',
  language: 'en-US',
  temperature: 0.5,
  tools: [],
  facts: {},
}

const nothing = () => undefined

const open: Voice[] = []
afterEach(async () => {
  for (const voice of open.splice(0)) await voice[Symbol.asyncDispose]()
})

/** A cascade whose parts are driven by the test: ten bytes of audio (1.25 ms) for every letter spoken. */
async function scripted(think: (request: BrainRequest) => AsyncIterable<BrainEvent>) {
  const events: VoiceEvent[] = []
  const requests: BrainRequest[] = []
  const log: string[] = []
  const hooks = {
    recognize: nothing as (event: RecognizerEvent) => void,
    speech: nothing as (event: { type: 'started' | 'stopped'; atMs: number }) => void,
    synthesizerFails: false,
    /** Whether the recognizer has told everything when the pause comes, and answers it at once. */
    settled: false,
  }
  const settledAt = (atMs: number) => ({ type: 'final' as const, text: '', startMs: atMs, endMs: atMs })
  const parts: CascadeParts = {
    recognizer: {
      capabilities: { wordTimes: false },
      open: async opened => {
        hooks.recognize = event => opened.onEvent(event)
        return {
          hear: () => undefined,
          speech: event => {
            log.push(`recognizer ${event.type}`)
            if (event.type === 'stopped' && hooks.settled) opened.onEvent(settledAt(event.atMs))
          },
          expect: phrases => void log.push(`expect ${phrases.join('|')}`),
          [Symbol.asyncDispose]: async () => void log.push('recognizer closed'),
        }
      },
    },
    brain: {
      reply: request => {
        requests.push(request)
        return think(request)
      },
    },
    synthesizer: {
      open: async () => ({
        async *speak(text) {
          for await (const piece of text) {
            if (hooks.synthesizerFails) throw new VoiceFault('mouth', 'unreachable', { message: 'gone' })
            yield { audio: new Uint8Array(piece.length * 10), text: piece }
          }
        },
        [Symbol.asyncDispose]: async () => void log.push('synthesizer closed'),
      }),
    },
    detectors: {
      open: opened => {
        hooks.speech = event => opened.onSpeech(event)
        return { write: () => undefined, close: () => void log.push('detector closed') }
      },
    },
  }
  const voice = await openCascadeVoice(parts, session, AbortSignal.timeout(1000))
  open.push(voice)
  voice.listen(event => events.push(event))
  const until = async (type: VoiceEvent['type'], count = 1) => {
    await expect.poll(() => events.filter(event => event.type === type).length, { timeout: 4000 }).toBe(count)
  }
  return { voice, events, requests, hooks, log, until }
}

async function* words(...texts: string[]): AsyncGenerator<BrainEvent> {
  for (const text of texts) yield { type: 'text', text }
  yield { type: 'done' }
}

async function* never(): AsyncGenerator<BrainEvent> {
  await new Promise(() => undefined)
  yield { type: 'done' }
}

describe('a cascade voice', () => {
  test('says given words clause by clause, offsets counted in audio', async () => {
    const { voice, events, until } = await scripted(() => words())
    voice.say('opening', 'Hi John. This is Sarah.')
    await until('reply_done')
    expect(events.filter(event => event.type !== 'reply_audio')).toEqual([
      { type: 'reply_started', replyId: 'opening' },
      { type: 'reply_text', replyId: 'opening', text: 'Hi John. ', offsetMs: 0 },
      { type: 'reply_text', replyId: 'opening', text: 'This is Sarah.', offsetMs: 11.25 },
      { type: 'reply_done', replyId: 'opening', result: 'complete' },
    ])
  })

  test('tells what was heard in turns and gives it to the brain', async () => {
    const { voice, events, requests, hooks, log, until } = await scripted(() => words('Good.'))
    hooks.speech({ type: 'started', atMs: 100 })
    hooks.recognize({ type: 'partial', text: 'yes', startMs: 120, endMs: 300 })
    hooks.recognize({ type: 'final', text: 'yes that', startMs: 120, endMs: 400, more: true })
    hooks.speech({ type: 'stopped', atMs: 700 })
    hooks.recognize({ type: 'final', text: 'works', startMs: 400, endMs: 690 })
    hooks.recognize({ type: 'final', text: 'works', startMs: 400, endMs: 690 })
    voice.respond('r1')
    await until('reply_done')
    expect(events.filter(event => event.type === 'heard')).toEqual([
      { type: 'heard', turnId: 'turn-1', text: 'yes', final: false, startMs: 100, endMs: 300 },
      { type: 'heard', turnId: 'turn-1', text: 'yes that', final: false, startMs: 100, endMs: 400 },
      { type: 'heard', turnId: 'turn-1', text: 'yes that works', final: true, startMs: 100, endMs: 700 },
    ])
    expect(requests[0]?.messages).toEqual([{ role: 'user', text: 'yes that works' }])
    expect(events.map(event => event.type)).toContain('first_token')
    expect(log).toEqual(['recognizer started', 'recognizer stopped'])
  })

  test('a pause that the recognizer answers at once closes the turn, after it was told', async () => {
    const { events, hooks } = await scripted(() => words())
    hooks.settled = true
    hooks.speech({ type: 'started', atMs: 100 })
    hooks.recognize({ type: 'final', text: 'yes', startMs: 120, endMs: 400, more: true })
    hooks.speech({ type: 'stopped', atMs: 700 })
    expect(events.map(event => event.type)).toEqual(['speech_started', 'heard', 'speech_stopped', 'heard'])
    expect(events.at(-1)).toMatchObject({ text: 'yes', final: true })
  })

  test('closes a turn by itself when the recognizer never answers the pause', async () => {
    const { events, hooks, until } = await scripted(() => words())
    hooks.speech({ type: 'started', atMs: 100 })
    hooks.speech({ type: 'stopped', atMs: 700 })
    await until('heard')
    expect(events.at(-1)).toMatchObject({ text: '', final: true })
  }, 5000)

  test('an interrupted reply stops at once and stays in the history as far as it was heard', async () => {
    const { voice, events, requests, until } = await scripted(request =>
      request.messages.length === 0 ? words('One two three four. ', 'Five.') : words('Yes.'),
    )
    voice.respond('r1')
    await until('reply_done')
    voice.interrupt('r1', 9)
    voice.respond('r2')
    await until('reply_done', 2)
    expect(requests[1]?.messages).toEqual([{ role: 'assistant', text: 'One two' }])
    expect(events.filter(event => event.type === 'reply_done').map(event => event.result)).toEqual([
      'complete',
      'complete',
    ])
  })

  test('interrupting a reply under way cancels it and lets the next one begin', async () => {
    const { voice, events, until } = await scripted(request => (request.guidance ? words('Sorry.') : never()))
    voice.respond('r1')
    voice.respond('r2', 'apologise')
    await until('reply_started')
    voice.interrupt('r1', 0)
    await until('reply_done', 2)
    expect(events.filter(event => event.type === 'reply_done')).toEqual([
      { type: 'reply_done', replyId: 'r1', result: 'cancelled' },
      { type: 'reply_done', replyId: 'r2', result: 'complete' },
    ])
  })

  test('tool calls come before the end of their reply, and results go back to the brain', async () => {
    async function* call(): AsyncGenerator<BrainEvent> {
      yield { type: 'tool_call', toolCallId: 't1', name: 'end_call', arguments: '{}' }
      yield { type: 'expect', phrases: ['bye'] }
      yield { type: 'done' }
    }
    const { voice, events, requests, log, until } = await scripted(r =>
      r.messages.length ? words('Bye.') : call(),
    )
    voice.respond('r1')
    await until('reply_done')
    voice.answerTool('t1', { ok: true })
    voice.answerTool('unknown', {})
    voice.respond('r2')
    await until('reply_done', 2)
    expect(events.slice(0, 4).map(event => event.type)).toEqual([
      'reply_started',
      'first_token',
      'tool_call',
      'reply_done',
    ])
    expect(log).toContain('expect bye')
    expect(requests[1]?.messages).toEqual([
      { role: 'tool_call', toolCallId: 't1', name: 'end_call', arguments: '{}' },
      { role: 'tool_result', toolCallId: 't1', name: 'end_call', result: '{"ok":true}' },
    ])
  })

  test('a failing part fails the reply, tells why, and the next reply works', async () => {
    const { voice, events, hooks, until } = await scripted(() => words('Hello.'))
    hooks.synthesizerFails = true
    voice.respond('r1')
    await until('reply_done')
    expect(events.at(-2)).toMatchObject({ type: 'fault', fatal: false, fault: { provider: 'mouth' } })
    expect(events.at(-1)).toEqual({ type: 'reply_done', replyId: 'r1', result: 'failed' })
    hooks.synthesizerFails = false
    voice.say('r2', 'Hello.')
    await until('reply_done', 2)
    expect(events.at(-1)).toMatchObject({ result: 'complete' })
  })

  test('disposing closes every part and silences the voice', async () => {
    const { voice, events, hooks, log } = await scripted(() => never())
    voice.respond('r1')
    await voice[Symbol.asyncDispose]()
    const count = events.length
    hooks.speech({ type: 'started', atMs: 1 })
    hooks.recognize({ type: 'final', text: 'late', startMs: 0, endMs: 10 })
    voice.say('r2', 'never')
    expect(events.length).toBe(count)
    expect(log.sort()).toEqual(['detector closed', 'recognizer closed', 'synthesizer closed'])
  })

  test('when one part cannot be opened the other is closed', async () => {
    const closed: string[] = []
    const parts: CascadeParts = {
      recognizer: {
        capabilities: { wordTimes: false },
        open: () => Promise.reject(new VoiceFault('ears', 'unauthorized', { message: 'no' })),
      },
      brain: { reply: () => never() },
      synthesizer: {
        open: async () => ({
          speak: () => {
            throw new Error('unused')
          },
          [Symbol.asyncDispose]: async () => void closed.push('synthesizer'),
        }),
      },
      detectors: { open: () => ({ write: () => undefined, close: () => undefined }) },
    }
    await expect(openCascadeVoice(parts, session, AbortSignal.timeout(1000))).rejects.toMatchObject({
      kind: 'unauthorized',
    })
    expect(closed).toEqual(['synthesizer'])
  })
})
