import { describe, expect, test } from 'vitest'
import { guarded } from './guarded-synthesizer.ts'
import type { Spoken, Synthesizer } from './port.ts'

const second = 8_000
const silent = new Uint8Array(second / 2).fill(0xff)
const loud = new Uint8Array(second / 2).fill(0x20)
const text = 'Your appointment is tomorrow at three.'

function speaking(...audio: Uint8Array[]): Synthesizer {
  return {
    open: async () => ({
      speak: async function* (words): AsyncGenerator<Spoken> {
        for await (const _ of words) for (const piece of audio) yield { audio: piece, text: '' }
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
}

async function heard(...audio: Uint8Array[]): Promise<number> {
  const signal = new AbortController().signal
  const stream = await guarded('vendor', speaking(...audio)).open({ voice: 'x', language: 'en-US' }, signal)
  async function* words(): AsyncGenerator<string> {
    yield text
  }
  let bytes = 0
  for await (const piece of stream.speak(words(), signal)) bytes += piece.audio.length
  return bytes / second
}

describe('speech in which nothing is to be heard', () => {
  test.each<[string, Uint8Array[]]>([
    ['from its beginning on', Array.from({ length: 8 }, () => silent)],
    ['to its end', [silent, silent, silent]],
  ])('%s is a fault', async (_, audio) => {
    await expect(heard(...audio)).rejects.toMatchObject({ provider: 'vendor', kind: 'protocol' })
  })

  test('before its first word passes, and so do its pauses', async () => {
    expect(await heard(silent, silent, loud, silent, silent, loud)).toBe(3)
  })
})
