import { expect, onTestFinished, test, vi } from 'vitest'
import type { Brain, BrainEvent, BrainRequest } from '../cascade/port.ts'
import { VoiceFault } from '../port.ts'
import { Breakers } from './breakers.ts'
import { hedged } from './hedged-brain.ts'

const request: BrainRequest = {
  model: 'asked for',
  prompt: '',
  purpose: '',
  language: 'en',
  temperature: null,
  tools: [],
  facts: {},
  messages: [],
  guidance: null,
}
const away = new VoiceFault('a', 'rate_limited', { message: 'HTTP 429' })

/** Says its name and the model it was asked for, after so long; or fails then. */
function brain(o: { name: string; afterMs: number; fails?: Error; asked?: string[] }): Brain {
  return {
    async *reply({ model }, signal): AsyncGenerator<BrainEvent> {
      o.asked?.push(o.name)
      await new Promise((resolve, reject) => {
        setTimeout(resolve, o.afterMs)
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
      if (o.fails) throw o.fails
      yield { type: 'text', text: `${o.name} ${model}` }
      yield { type: 'done' }
    },
  }
}

function stage(...brains: { name: string; afterMs: number; fails?: Error }[]) {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const asked: string[] = []
  const choices = brains.map(one => ({ name: one.name, model: 'm', adapter: brain({ ...one, asked }) }))
  const brained = hedged(choices, new Breakers())
  const reply = async (signal = new AbortController().signal) => {
    const events: BrainEvent[] = []
    const said = (async () => {
      for await (const event of brained.reply(request, signal)) events.push(event)
    })()
    said.catch(() => undefined)
    await vi.advanceTimersByTimeAsync(20_000)
    await said
    return events.filter(event => event.type === 'text').map(({ text }) => text)
  }
  return { asked, reply }
}

test('one that is quick is asked alone', async () => {
  const { asked, reply } = stage({ name: 'a', afterMs: 2_400 }, { name: 'b', afterMs: 0 })
  expect(await reply()).toEqual(['a m'])
  expect(asked).toEqual(['a'])
})

test('without a word in time the next is asked too, and the first to speak speaks alone', async () => {
  const slow = stage({ name: 'a', afterMs: 9_000 }, { name: 'b', afterMs: 300 })
  expect(await slow.reply()).toEqual(['b m'])
  const late = stage({ name: 'a', afterMs: 2_600 }, { name: 'b', afterMs: 300 })
  expect(await late.reply()).toEqual(['a m'])
  expect(late.asked).toEqual(['a', 'b'])
})

test('one that fails is replaced at once, and left alone after three failures', async () => {
  const { asked, reply } = stage({ name: 'a', afterMs: 10, fails: away }, { name: 'b', afterMs: 300 })
  await Promise.all([reply(), reply(), reply()])
  expect(asked.filter(name => name === 'a')).toHaveLength(3)
  expect(asked.filter(name => name === 'b')).toHaveLength(3)
})

test('a breaker that opens keeps others from asking', async () => {
  const breakers = new Breakers(() => 0)
  for (let failure = 0; failure < 3; failure++) breakers.failed('a', away)
  const choices = [{ name: 'a' }, { name: 'b' }]
  expect(breakers.standing(choices)).toEqual([{ name: 'b' }])
  breakers.worked('a')
  expect(breakers.standing(choices)).toEqual(choices)
  for (const { name } of choices) for (let failure = 0; failure < 3; failure++) breakers.failed(name, away)
  expect(breakers.standing(choices)).toEqual(choices)
})

test('when all fail the last one tells why', async () => {
  const gone = new VoiceFault('b', 'unreachable', { message: 'gone' })
  const { reply } = stage({ name: 'a', afterMs: 10, fails: away }, { name: 'b', afterMs: 10, fails: gone })
  await expect(reply()).rejects.toBe(gone)
})

test('aborting stops all of them', async () => {
  const { reply } = stage({ name: 'a', afterMs: 9_000 }, { name: 'b', afterMs: 9_000 })
  const stop = new AbortController()
  setTimeout(() => stop.abort(new DOMException('enough', 'AbortError')), 3_000)
  await expect(reply(stop.signal)).rejects.toMatchObject({ name: 'AbortError' })
})
