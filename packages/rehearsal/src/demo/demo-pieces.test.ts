import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startChild } from './child.ts'
import { readDemoKeys } from './demo-keys.ts'
import { chooseHttpPort, chooseSipPort } from './free-port.ts'
import { DemoFailed, readOptions } from './options.ts'
import { createInk, showEvent } from './transcript-view.ts'

describe('options', () => {
  test('all of them', () => {
    const args = [
      '--exit',
      '--json',
      '--mode',
      'legacy',
      '--port',
      '0',
      '--sip-port',
      '5070',
      '--data-dir',
      '/x',
    ]
    expect(readOptions(args)).toEqual({
      exit: true,
      json: true,
      mode: 'legacy',
      httpPort: 0,
      sipPort: 5_070,
      dataDir: '/x',
    })
    expect(readOptions([])).toMatchObject({ mode: 'realtime', httpPort: null, sipPort: null })
  })

  test.each([
    [['--mode', 'fast']],
    [['--port', '70000']],
    [['--sip-port', '-1']],
    [['--prot', '1']],
    [['call']],
  ])('refuses %j and says how it goes', args =>
    expect(() => readOptions(args)).toThrow(/usage: npm run demo/),
  )
})

describe('ports', () => {
  test('a taken HTTP port that was asked for is an error in plain words', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(chooseHttpPort(port)).rejects.toThrow(/in use.*--port/)
    expect(await chooseHttpPort(null)).toBeGreaterThan(0)
    taken.close()
  })

  test('so is a taken SIP port', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1')
    await once(taken, 'listening')
    await expect(chooseSipPort(taken.address().port)).rejects.toThrow(/in use.*--sip-port/)
    expect(await chooseSipPort(null)).toBeGreaterThan(0)
    taken.close()
  })
})

test('keys are made once per data folder and for the owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-demo-'))
  const first = await readDemoKeys(join(folder, 'data'))
  expect(first.adminKey).toMatch(/^pk_live_[A-Za-z0-9_-]{40,}$/)
  expect(first.webhookSecret).toMatch(/^whsec_[A-Za-z0-9+/=]{32,}$/)
  expect(await readDemoKeys(join(folder, 'data'))).toEqual(first)
  const file = join(folder, 'data', 'demo.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await writeFile(file, '{')
  await expect(readDemoKeys(join(folder, 'data'))).rejects.toThrow(DemoFailed)
  await writeFile(join(folder, 'file'), await readFile(file))
  await expect(readDemoKeys(join(folder, 'file'))).rejects.toThrow(DemoFailed)
  await rm(folder, { recursive: true })
})

describe('children', () => {
  const startSleeper = async (folder: string, source: string) => {
    const program = join(folder, 'sleeper.ts')
    await writeFile(program, source)
    const started = Promise.withResolvers<string>()
    return { child: startChild({ program, onLine: started.resolve }), started: started.promise }
  }

  test('are asked to end, and end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-child-'))
    const source = `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('up')`
    const { child, started } = await startSleeper(folder, source)
    await started
    await child[Symbol.asyncDispose]()
    expect(await child.ended).toBe('ended with code 7')
    await rm(folder, { recursive: true })
  })

  test('end by themselves when their parent was killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-child-'))
    const sleeper = join(folder, 'grandchild.ts')
    await writeFile(sleeper, `setInterval(() => {}, 1000); console.log('pid ' + process.pid)`)
    const source = `
      import { startChild } from '${new URL('./child.ts', import.meta.url).pathname}'
      startChild({ program: '${sleeper}', onLine: line => console.log(line) })
    `
    const { child, started } = await startSleeper(folder, `${source}; setInterval(() => {}, 1000)`)
    const pid = Number((await started).replace('pid ', ''))
    expect(pid).toBeGreaterThan(1)
    expect(isAlive(pid)).toBe(true)
    process.kill(child.pid!, 'SIGKILL')
    expect(await child.ended).toBe('ended by SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
    await rm(folder, { recursive: true })
  })

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
})

test('the transcript is shown with times, and marks what was cut off', () => {
  const ink = createInk(false)
  const entry = {
    id: 'x',
    user: 'assistant',
    text: 'Hi John',
    created_at: '',
    start_ms: 61_240,
    end_ms: 62_000,
    interrupted: true,
  } as const
  expect(showEvent({ sequence: 1, occurred_at: '', type: 'transcript', entry }, ink)).toEqual([
    '   1:01.2  Agent   Hi John —',
  ])
  const latency = {
    endpoint_ms: 300,
    recognition_ms: null,
    first_token_ms: null,
    first_audio_ms: 112.4,
    voice_to_voice_ms: 412.4,
  }
  expect(
    showEvent(
      { sequence: 2, occurred_at: '', type: 'turn_latency', turn: 1, latency, at_ms: 0 },
      ink,
    )[0]?.trim(),
  ).toBe('answered after 412 ms  (end of turn 300 · first sound 112)')
})
