import { wavHeader } from '@parley/wire/audio/wav-header'
import { expect, test } from 'vitest'
import { readSample } from './read-sample.ts'

const format = { channels: 1, sampleRateHz: 8_000, bitsPerSample: 16 }
const wav = Buffer.concat([wavHeader(format, 96_000), Buffer.alloc(96_000)])

test('no more than four recordings are read at once, whoever sends them', async () => {
  const read = await Promise.allSettled(Array.from({ length: 20 }, () => readSample(wav)))
  expect(read.flatMap(one => (one.status === 'fulfilled' ? [one.value.seconds] : []))).toEqual([6, 6, 6, 6])
  const refused = read.flatMap(one => (one.status === 'rejected' ? [one.reason.code] : []))
  expect(refused).toEqual(Array.from({ length: 16 }, () => 'overloaded'))
  expect((await readSample(wav)).seconds).toBe(6)
})
