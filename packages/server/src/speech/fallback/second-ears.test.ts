import { expect, test } from 'vitest'
import type { Recognizer, RecognizerEvent, RecognizerSession } from '../cascade/port.ts'
import { VoiceFault } from '../port.ts'
import { Breakers } from './breakers.ts'
import { withSecondEars } from './second-ears.ts'

const gone = new VoiceFault('ears', 'unreachable', { message: 'gone' })

function ears(refusal: Error | null = null) {
  const frames: number[] = []
  const sessions: RecognizerSession[] = []
  const told: string[] = []
  const adapter: Recognizer = {
    capabilities: { wordTimes: false },
    open: async session => {
      if (refusal) throw refusal
      sessions.push(session)
      return {
        hear: (_, atMs) => void frames.push(atMs),
        speech: ({ type }) => void told.push(type),
        expect: phrases => void told.push(phrases.join()),
        [Symbol.asyncDispose]: async () => void told.push('closed'),
      }
    },
  }
  return { adapter, frames, sessions, told }
}

async function open(...all: ReturnType<typeof ears>[]) {
  const events: RecognizerEvent[] = []
  const choices = all.map(({ adapter }, index) => ({ name: `${index}`, adapter }))
  const session = { language: 'en', onEvent: (event: RecognizerEvent) => void events.push(event) }
  const stream = await withSecondEars(choices, new Breakers()).open(session, AbortSignal.timeout(1_000))
  return { events, stream }
}

test('the next one hears what was said since the last final words, and goes on', async () => {
  const [first, second] = [ears(), ears()]
  const { events, stream } = await open(first, second)
  for (let atMs = 0; atMs < 1_000; atMs += 20) stream.hear(new Uint8Array(160), atMs)
  first.sessions[0]?.onEvent({ type: 'final', text: 'hello', startMs: 0, endMs: 600 })
  stream.expect(['yes'])
  stream.speech({ type: 'started', atMs: 700 })
  first.sessions[0]?.onEvent({ type: 'fault', fault: gone, fatal: true })
  await expect.poll(() => second.frames.length).toBe(20)
  expect(second.frames[0]).toBe(600)
  expect(second.told).toEqual(['yes', 'started'])
  expect(first.told).toContain('closed')
  second.sessions[0]?.onEvent({ type: 'final', text: 'there', startMs: 600, endMs: 900 })
  expect(events.map(event => (event.type === 'fault' ? event.fatal : event.text))).toEqual([
    'hello',
    false,
    'there',
  ])
})

test('when nobody is left that is told as the end', async () => {
  const [first, second] = [ears(), ears(gone)]
  const { events } = await open(first, second)
  first.sessions[0]?.onEvent({ type: 'fault', fault: gone, fatal: true })
  await expect.poll(() => events).toMatchObject([{ fatal: false }, { fatal: true }])
})

test('before the call a wrong key is told, and one that is away is replaced', async () => {
  const badKey = new VoiceFault('ears', 'unauthorized', { message: 'HTTP 401' })
  await expect(open(ears(badKey), ears())).rejects.toBe(badKey)
  const second = ears()
  await open(ears(gone), second)
  expect(second.sessions).toHaveLength(1)
})
