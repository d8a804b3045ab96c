import { expect, test } from 'vitest'
import { Foresight } from './foresight.ts'
import type { BrainEvent } from './port.ts'

const never = new AbortController().signal

function brain() {
  const begun: AbortSignal[] = []
  const think = (text: string) => (signal: AbortSignal) => {
    begun.push(signal)
    return (async function* (): AsyncGenerator<BrainEvent> {
      yield { type: 'text', text }
      yield { type: 'done' }
    })()
  }
  return { begun, think }
}

async function words(events: AsyncIterable<BrainEvent> | null): Promise<string> {
  let text = ''
  for await (const event of events ?? []) if (event.type === 'text') text += event.text
  return text
}

test('what was thought of is taken where it fits, and once', async () => {
  const { begun, think } = brain()
  const foresight = new Foresight()
  foresight.begin('yes', think('Fine.'))
  foresight.begin('yes', think('Never begun.'))
  expect(await words(foresight.take('yes', never))).toBe('Fine.')
  expect(foresight.take('yes', never)).toBeNull()
  expect(begun).toHaveLength(1)
})

test('what does not fit is stopped', () => {
  const { begun, think } = brain()
  const foresight = new Foresight()
  foresight.begin('yes', think('Fine.'))
  expect(foresight.take('yes but', never)).toBeNull()
  expect(begun[0]?.aborted).toBe(true)
})

test('a turn is thought about three times at most', () => {
  const { begun, think } = brain()
  const foresight = new Foresight()
  for (const key of ['a', 'a b', 'a b c', 'a b c d']) foresight.begin(key, think(key))
  expect(begun).toHaveLength(3)
  foresight.take('a b c', never)
  foresight.begin('next', think('next'))
  expect(begun).toHaveLength(4)
})

test('a reply that is cancelled stops it; one that failed fails the reply', async () => {
  const { begun, think } = brain()
  const foresight = new Foresight()
  const cancelled = new AbortController()
  foresight.begin('yes', think('Fine.'))
  foresight.take('yes', cancelled.signal)
  cancelled.abort()
  expect(begun[0]?.aborted).toBe(true)
  foresight.begin('no', async function* () {
    yield { type: 'text', text: 'Fi' }
    throw new Error('broken')
  })
  await expect(words(foresight.take('no', never))).rejects.toThrow('broken')
})
