import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { findVoice } from '../voices.ts'
import { openEspeak } from './espeak.ts'

const installed = spawnSync('espeak-ng', ['--version']).status === 0
const voice = findVoice('alloy')!
const signal = () => AbortSignal.timeout(10_000)

test.runIf(installed || process.env.CI)('speaks other languages line by line from one child', async () => {
  await using espeak = (await openEspeak())!
  expect(espeak.languages).toEqual(expect.arrayContaining(['es', 'fr', 'de', 'pt']))
  const speak = espeak.speaker(voice, { language: 'es-MX', rate: 1 })
  const texts = [
    'Hola, le llamo de parte de la clínica.',
    'Sí.',
    '¿Puede venir el martes, por favor?',
    'Adiós.',
  ]
  const lengths: number[] = []
  for (const text of texts) lengths.push((await speak({ text, pauseMs: 0 }, signal())).length / 8)
  const [long = 0, short = 0, question = 0, bye = 0] = lengths
  expect(long).toBeGreaterThan(1500)
  expect(long).toBeLessThan(4500)
  expect(short).toBeLessThan(900)
  expect(question).toBeGreaterThan(1200)
  expect(bye).toBeLessThan(1200)
})

test.runIf(installed || process.env.CI)('many sentences at once are kept apart', async () => {
  await using espeak = (await openEspeak())!
  const speak = espeak.speaker(voice, { language: 'de', rate: 1 })
  const say = (text: string) => speak({ text, pauseMs: 0 }, signal())
  const alone = await say('Guten Morgen.')
  const all = await Promise.all(['Guten Tag.', 'Guten Morgen.', 'Danke.'].map(say))
  expect(Math.abs((all[1]?.length ?? 0) - alone.length)).toBeLessThan(400)
})
