import { describe, expect, test } from 'vitest'
import { VoiceFault } from '../port.ts'
import type { Recognizer, RecognizerEvent, RecognizerSession } from './port.ts'
import { reconnecting } from './reconnecting-recognizer.ts'

const lost = () => new VoiceFault('ears', 'unreachable', { message: 'gone' })

/** A recognizer that logs what each of its connections hears; `refusals` are thrown by the next opens. */
function flaky() {
  const sessions: RecognizerSession[] = []
  const heard: number[][] = []
  const log: string[] = []
  const refusals: Error[] = []
  const recognizer: Recognizer = {
    capabilities: { wordTimes: false },
    open: async session => {
      const refusal = refusals.shift()
      if (refusal) throw refusal
      const frames: number[] = []
      sessions.push(session)
      heard.push(frames)
      return {
        hear: (_, atMs) => void frames.push(atMs),
        speech: ({ type }) => void log.push(type),
        expect: phrases => void log.push(phrases.join()),
        [Symbol.asyncDispose]: async () => void log.push('closed'),
      }
    },
  }
  return { recognizer, sessions, heard, log, refusals }
}

async function open(parts: ReturnType<typeof flaky>) {
  const events: RecognizerEvent[] = []
  const session = { language: 'en', onEvent: (event: RecognizerEvent) => void events.push(event) }
  const stream = await reconnecting(parts.recognizer).open(session, AbortSignal.timeout(1000))
  const hear = (fromMs: number, toMs: number) => {
    for (let atMs = fromMs; atMs < toMs; atMs += 20) stream.hear(new Uint8Array(160), atMs)
  }
  return { events, stream, hear }
}

describe('a recognizer that reconnects', () => {
  test('plays what was said since the last final words, once', async () => {
    const parts = flaky()
    const { events, stream, hear } = await open(parts)
    hear(0, 1000)
    parts.sessions[0]?.onEvent({ type: 'final', text: 'hello', startMs: 0, endMs: 600 })
    stream.speech({ type: 'started', atMs: 700 })
    parts.refusals.push(lost())
    parts.sessions[0]?.onEvent({ type: 'fault', fault: lost(), fatal: true })
    parts.sessions[0]?.onEvent({ type: 'fault', fault: lost(), fatal: true })
    hear(1000, 1400)
    stream.speech({ type: 'stopped', atMs: 1300 })
    await expect.poll(() => parts.heard.length).toBe(2)
    await expect.poll(() => parts.heard[1]?.length).toBe(40)
    hear(1400, 1500)
    expect(parts.heard[1]?.[0]).toBe(600)
    expect(parts.heard[1]?.at(-1)).toBe(1480)
    expect(parts.log).toEqual(['started', 'closed', 'stopped'])
    expect(events.filter(event => event.type === 'fault')).toMatchObject([{ fatal: false }])
    await stream[Symbol.asyncDispose]()
  })

  test('gives up after four tries, and at once when refused', async () => {
    const parts = flaky()
    const { events } = await open(parts)
    parts.refusals.push(lost(), new VoiceFault('ears', 'unauthorized', { message: 'no' }))
    parts.sessions[0]?.onEvent({ type: 'fault', fault: lost(), fatal: true })
    await expect
      .poll(() => events)
      .toMatchObject([{ fatal: false }, { fatal: true, fault: { kind: 'unauthorized' } }])
    const tired = flaky()
    const second = await open(tired)
    tired.refusals.push(lost(), lost(), lost(), lost())
    tired.sessions[0]?.onEvent({ type: 'fault', fault: lost(), fatal: true })
    await expect.poll(() => second.events.length, { timeout: 4000 }).toBe(2)
    expect(second.events[1]).toMatchObject({ fatal: true, fault: { kind: 'unreachable' } })
  })

  test('disposing ends the tries', async () => {
    const parts = flaky()
    const { events, stream } = await open(parts)
    parts.refusals.push(lost())
    parts.sessions[0]?.onEvent({ type: 'fault', fault: lost(), fatal: true })
    await stream[Symbol.asyncDispose]()
    await new Promise(resolve => setTimeout(resolve, 400))
    expect(parts.sessions).toHaveLength(1)
    expect(events).toHaveLength(1)
  })
})
