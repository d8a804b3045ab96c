import { spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { decodeMulaw, encodeMulaw, MULAW_SILENCE } from './g711.ts'
import { makeTone } from './tone.ts'
import { WavError, wavHeader } from './wav-header.ts'
import { readWav } from './wav-reader.ts'
import { repairWav } from './wav-repair.ts'
import { StereoWavWriter } from './wav-writer.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-wav-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const silence = new Uint8Array(160).fill(MULAW_SILENCE)
const tone = encodeMulaw(makeTone({ frequenciesHz: [440], durationMs: 20, sampleRateHz: 8000 }))

test('what is written is read, left and right', async () => {
  const path = join(folder, 'call.wav')
  await using writer = await StereoWavWriter.create(path)
  for (let i = 0; i < 333; i++) writer.writeMulaw(i === 100 ? tone : silence, i === 200 ? tone : silence)
  expect(writer.durationMs).toBe(6660)
  expect(await writer.finish()).toEqual({ durationMs: 6660 })
  const { sampleRateHz, channels } = readWav(await readFile(path))
  expect(sampleRateHz).toBe(8000)
  expect(channels.map(channel => channel.length)).toEqual([333 * 160, 333 * 160])
  expect(channels[0]!.slice(16_000, 16_160)).toEqual(decodeMulaw(tone))
  expect(channels[1]!.slice(32_000, 32_160)).toEqual(decodeMulaw(tone))
  expect(channels[0]!.slice(32_000, 32_160).every(sample => sample === 0)).toBe(true)
  expect(await repairWav(path)).toEqual({ durationMs: 6660, repaired: false })
})

test('an unfinished file can be read, and repaired to what it holds', async () => {
  const path = join(folder, 'crash.wav')
  const module = new URL('./wav-writer.ts', import.meta.url).href
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `const { StereoWavWriter } = await import('${module}')
     const writer = await StereoWavWriter.create(process.argv[1])
     const frame = new Uint8Array(160).fill(0x20)
     for (let i = 0; i < 370; i++) writer.writeMulaw(frame, frame)
     setInterval(() => process.stdout.write('x'), 200)`,
    path,
  ])
  await new Promise(resolve => child.stdout.once('data', resolve))
  await wait(200)
  child.kill('SIGKILL')
  await new Promise(resolve => child.once('exit', resolve))
  expect(readWav(await readFile(path)).channels[0]!.length).toBe(5 * 8000)
  await using torn = await open(path, 'a')
  await torn.write(new Uint8Array([1, 2, 3]))
  expect(await repairWav(path)).toEqual({ durationMs: 7000, repaired: true })
  const repaired = readWav(await readFile(path))
  expect(repaired.channels[1]!.length).toBe(7 * 8000)
  expect(repaired.channels[1]!.every(sample => sample === decodeMulaw(Uint8Array.of(0x20))[0])).toBe(true)
  expect(await repairWav(path)).toEqual({ durationMs: 7000, repaired: false })
})

test('other chunks are passed over', () => {
  const header = Buffer.from(wavHeader({ channels: 1, sampleRateHz: 16_000, bitsPerSample: 16 }, 4))
  const list = Buffer.from('LIST\x03\x00\x00\x00abc\x00', 'latin1')
  const wav = Buffer.concat([
    header.subarray(0, 36),
    list,
    header.subarray(36),
    Buffer.from([1, 0, 255, 255]),
  ])
  expect(readWav(wav)).toEqual({ sampleRateHz: 16_000, channels: [Int16Array.of(1, -1)] })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('this is not a recording at all, is it? no, it is not')],
  [
    'a header without samples',
    Buffer.from(wavHeader({ channels: 1, sampleRateHz: 8000, bitsPerSample: 16 }, 0)).subarray(0, 36),
  ],
  ['eight bits', Buffer.from(wavHeader({ channels: 1, sampleRateHz: 8000, bitsPerSample: 8 }, 0))],
])('%s is refused', (_, bytes) => {
  expect(() => readWav(bytes)).toThrow(WavError)
})

test('an empty file can not be repaired', async () => {
  const path = join(folder, 'empty.wav')
  await (await open(path, 'w')).close()
  await truncate(path, 10)
  await expect(repairWav(path)).rejects.toThrow(WavError)
})

test('a disk that fails is told by finish, and writing on does no harm', async () => {
  const writer = await StereoWavWriter.create('/dev/full').catch((error: unknown) => error)
  expect(writer).toMatchObject({ code: 'ENOSPC' })
})
