import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { readWav } from '@parley/wire/audio/wav-reader'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRecordings, type Recordings } from './recordings.ts'

const callId = '0192b2a4-0000-7000-8000-000000000001'
const path = `recordings/${callId}.wav`
const tone = (amplitude: number) => encodeMulaw(new Int16Array(160).fill(amplitude))
const [loud, soft] = [tone(8_000), tone(-500)]

describe('recordings', () => {
  let dataDir: string
  let recordings: Recordings
  let troubles: unknown[]

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-recordings-'))
    troubles = []
    recordings = openRecordings(dataDir, error => troubles.push(error))
  })
  afterEach(() => rm(dataDir, { recursive: true, force: true }))
  const names = () => readdir(join(dataDir, 'recordings'))
  const age = (ms: number) => {
    const then = new Date(Date.now() - ms)
    return utimes(join(dataDir, `${path}.part`), then, then)
  }

  it('have their name only when they are whole: callee left, agent right', async () => {
    const recording = await recordings.begin(callId)
    for (let n = 0; n < 75; n++) recording.write(loud, soft)
    expect(await names()).toEqual([`${callId}.wav.part`])
    expect(await recordings.openForRead(path)).toBeNull()
    expect(await recording.close()).toBe('ready')
    expect(await recording.close()).toBe('ready')
    expect(await names()).toEqual([`${callId}.wav`])
    const { channels, sampleRateHz } = readWav(await readFile(join(dataDir, recording.path)))
    expect([sampleRateHz, channels[0]?.length, channels.length]).toEqual([8_000, 75 * 160, 2])
    expect(channels[0]?.at(-1)).toBeGreaterThan(7_000)
    expect(channels[1]?.at(-1)).toBeLessThan(-400)
    expect(troubles).toEqual([])
  })

  it('are read in ranges', async () => {
    const recording = await recordings.begin(callId)
    recording.write(loud, soft)
    await recording.close()
    const whole = await readFile(join(dataDir, path))
    await using file = await recordings.openForRead(path)
    expect(file?.sizeBytes).toBe(whole.length)
    expect(await buffer(file!.read({ start: 44, end: 99 }))).toEqual(whole.subarray(44, 100))
  })

  it('are saved up to the last second when their process died', async () => {
    const recording = await recordings.begin(callId)
    for (let n = 0; n < 150; n++) recording.write(loud, soft)
    // The writer is given up, as kill -9 does: two whole seconds had been handed to the disk.
    await expect
      .poll(async () => (await readFile(join(dataDir, `${path}.part`))).length)
      .toBeGreaterThan(64_000)
    await age(120_000)
    expect(await recordings.repairAbandoned(60_000)).toEqual([path])
    const { channels } = readWav(await readFile(join(dataDir, path)))
    expect(channels[0]?.length).toBeGreaterThanOrEqual(16_000)
    expect(await recordings.repair(path)).toBe('ready')
  })

  it('are left alone while they are being written', async () => {
    const recording = await recordings.begin(callId)
    recording.write(loud, soft)
    expect(await recordings.repairAbandoned(60_000)).toEqual([])
    expect(await recording.close()).toBe('ready')
  })

  it('leave nothing behind when not one sample was written', async () => {
    await recordings.begin(callId)
    expect(await recordings.repair(path)).toBe('none')
    expect(await names()).toEqual([])
    expect(await recordings.repair(path)).toBe('none')
  })

  it('can be lost without harm to the call', async () => {
    await writeFile(join(dataDir, 'recordings'), 'in the way')
    const recording = await recordings.begin(callId)
    recording.write(loud, soft)
    expect(await recording.close()).toBe('none')
    expect(troubles.length).toBeGreaterThan(0)
  })

  it('keep what there is when their place is gone at the end', async () => {
    const recording = await recordings.begin(callId)
    recording.write(loud, soft)
    await rm(join(dataDir, 'recordings'), { recursive: true })
    expect(await recording.close()).toBe('none')
    expect(troubles.length).toBeGreaterThan(0)
  })

  it('are erased', async () => {
    const recording = await recordings.begin(callId)
    recording.write(loud, soft)
    await recording.close()
    await recordings.remove(path)
    await recordings.remove(path)
    expect(await names()).toEqual([])
  })

  it.each(['recordings/../master.key', '../etc/passwd', '/etc/passwd', 'recordings/a.wav', ''])(
    'never lead outside: %s',
    async other => {
      await expect(recordings.openForRead(other)).rejects.toThrow('not the path of a recording')
      await expect(recordings.remove(other)).rejects.toThrow('not the path of a recording')
    },
  )
})
