import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSynthesizer } from '@parley/engines/synthesizer'
import { decodeMulaw } from '@parley/wire/audio/g711'
import { levelDbfs } from '@parley/wire/audio/level'
import { pcm16ToBytes } from '@parley/wire/audio/pcm16'
import { Resampler } from '@parley/wire/audio/resample'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openPlatform, type Platform } from './platform.ts'

/** A person who tries an agent out from a browser: the same call, with a WebSocket in place of a phone. */
let platform: Platform

beforeAll(async () => {
  platform = await openPlatform()
}, 120_000)

afterAll(() => platform?.[Symbol.asyncDispose](), 60_000)

const wait = { timeout: 120_000 }
const agent = {
  task: 'You are Sarah from Bright Dental. Confirm the appointment tomorrow at 3 PM.',
  first_sentence: 'Hello, this is Sarah from Bright Dental. Does tomorrow at three work for you?',
}
const frameSamples = 320

/** The API answers before the first worker does. */
async function prepare(): Promise<{ id: string; url: string; token: string }> {
  for (let tries = 1; ; tries += 1) {
    const { status, body } = await platform.request('POST', '/v1/test-calls', agent)
    if (status === 503 && tries < 100) {
      await sleep(200)
      continue
    }
    expect({ status, body }).toMatchObject({ status: 201 })
    return { id: String(body.call_id), url: String(body.url), token: String(body.token) }
  }
}

/** Speech as a browser's microphone gives it, 16 kHz. */
async function speech(text: string): Promise<Int16Array> {
  await using mouth = await openSynthesizer()
  const resampler = new Resampler(8_000, 16_000)
  const parts: Int16Array[] = []
  for await (const { audio } of mouth.speak(
    text,
    { voice: 'echo', language: 'en-US' },
    AbortSignal.timeout(20_000),
  ))
    parts.push(resampler.push(decodeMulaw(audio)))
  return Int16Array.from(parts.flatMap(part => [...part]))
}

class Page {
  readonly #socket: WebSocket
  readonly #line: Int16Array
  readonly messages: Record<string, unknown>[] = []
  quietFrames = 0
  voicedFrames = 0
  #at: number | null = null

  constructor(url: string, line: Int16Array) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false })
    this.#line = line
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#hear(data)
      else this.messages.push(JSON.parse(data.toString()) as Record<string, unknown>)
    })
  }

  async join(token: string): Promise<void> {
    await once(this.#socket, 'open')
    this.#socket.send(JSON.stringify({ type: 'auth', token }))
  }

  /** From now on until the line has been said to its end. */
  speak(): void {
    this.#at = 0
  }

  async over(): Promise<number> {
    const [code] = (await once(this.#socket, 'close')) as [number]
    return code
  }

  /** One frame goes out for each that comes in, as a worklet does it. */
  #hear(data: Buffer): void {
    const heard = Int16Array.from({ length: data.length / 2 }, (_, i) => data.readInt16LE(i * 2))
    if (levelDbfs(heard) > -45) {
      this.voicedFrames += 1
      this.quietFrames = 0
    } else this.quietFrames += 1
    const frame = new Int16Array(frameSamples)
    if (this.#at !== null) frame.set(this.#line.subarray(this.#at, this.#at + frameSamples))
    if (this.#at !== null) this.#at += frameSamples
    this.#socket.send(pcm16ToBytes(frame))
  }
}

async function until(check: () => boolean): Promise<void> {
  for (let look = 0; !check(); look += 1) {
    if (look > 1_000) throw new Error('it never happened')
    await sleep(50)
  }
}

it('a browser joins a test call, talks with the agent and is said goodbye to', wait, async () => {
  const line = await speech("No thank you. That's all. Goodbye.")
  const { id, url, token } = await prepare()
  const page = new Page(url, line)
  await page.join(token)
  await until(() => page.voicedFrames > 50 && page.quietFrames > 25)
  expect(page.messages[0]).toMatchObject({ type: 'ready', call_id: id })
  page.speak()
  expect(await page.over()).toBe(1_000)
  const events = []
  for await (const event of platform.events(id)) events.push(event)
  expect(events.at(-1)?.type === 'analysed' || events.some(({ type }) => type === 'ended')).toBe(true)
  const { body } = await platform.request('GET', `/v1/calls/${id}`)
  expect(body).toMatchObject({ status: 'completed', end_reason: 'agent_ended', direction: 'inbound' })
  const lines = body.transcript as { user: string; text: string }[]
  expect(lines[0]).toMatchObject({ user: 'assistant', text: agent.first_sentence })
  expect(lines.some(({ user, text }) => user === 'user' && /goodbye|bye|thank/i.test(text))).toBe(true)
})

it('a token joins once, and its own call only', wait, async () => {
  const first = await prepare()
  const second = await prepare()
  const strange = new Page(second.url, new Int16Array())
  await strange.join(first.token)
  expect(await strange.over()).toBe(1_008)
  const page = new Page(first.url, new Int16Array())
  await page.join(first.token)
  await until(() => page.messages.length > 0)
  const again = new Page(first.url, new Int16Array())
  await again.join(first.token)
  expect(await again.over()).toBe(1_008)
  await platform.request('POST', `/v1/calls/${first.id}/stop`, {})
  expect(await page.over()).toBe(1_000)
  await platform.request('POST', `/v1/calls/${second.id}/cancel`)
})
