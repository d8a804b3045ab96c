import { once } from 'node:events'
import { decodeMulaw, encodeMulaw } from '@parley/wire/audio/g711'
import { levelDbfs } from '@parley/wire/audio/level'
import { pcm16ToBytes } from '@parley/wire/audio/pcm16'
import { makeTone } from '@parley/wire/audio/tone'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { BrowserLeg, type BrowserSocket } from '../../src/telephony/browser/browser-leg.ts'
import { openBrowserLine } from '../../src/telephony/browser/browser-line.ts'
import type { LegEvent } from '../../src/telephony/port.ts'

const callId = '01900000-0000-7000-8000-000000000001'
const origin = 'https://app.example.com'
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 })

interface Page {
  readonly socket: WebSocket
  readonly messages: Record<string, unknown>[]
  readonly audio: Buffer[]
}

async function openLine() {
  const legs: BrowserLeg[] = []
  const trouble: unknown[] = []
  const line = await openBrowserLine(
    { host: '127.0.0.1', port: 0, allowedOrigins: [origin], onTrouble: error => trouble.push(error) },
    async (id, token) => (id === callId && token === 'good' ? leg => legs.push(leg) : null),
  )
  onTestFinished(async () => {
    for (const leg of legs) await leg[Symbol.asyncDispose]()
    await line[Symbol.asyncDispose]()
  })
  const visit = (options: { path?: string; origin?: string } = {}): Page => {
    const { path = `/browser-calls/${callId}`, ...headers } = options
    const socket = new WebSocket(`ws://127.0.0.1:${line.port}${path}`, {
      ...headers,
      perMessageDeflate: false,
    })
    const page: Page = { socket, messages: [], audio: [] }
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) page.audio.push(data)
      else page.messages.push(JSON.parse(data.toString()) as Record<string, unknown>)
    })
    return page
  }
  return { legs, visit, trouble }
}

async function join() {
  const { legs, visit, trouble } = await openLine()
  const page = visit({ origin })
  await once(page.socket, 'open')
  page.socket.send(JSON.stringify({ type: 'auth', token: 'good' }))
  await until(() => expect(legs).toHaveLength(1))
  const leg = legs[0]
  if (!leg) throw new Error('nobody joined')
  const events: LegEvent[] = []
  leg.listen(event => events.push(event))
  return { leg, page, events, trouble }
}

function tone(durationMs: number, sampleRateHz: number): Int16Array {
  return makeTone({ frequenciesHz: [700], durationMs, sampleRateHz, amplitude: 0.3 })
}

function levelOf(frames: readonly Buffer[]): number {
  const bytes = Buffer.concat(frames)
  return levelDbfs(Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2)))
}

describe('a person at a browser', () => {
  test('hears the agent in even frames, and is told of marks', async () => {
    const { leg, page, events } = await join()
    await until(() => expect(page.messages[0]).toMatchObject({ type: 'ready', call_id: callId }))
    leg.speaker.write(encodeMulaw(tone(400, 8_000)))
    leg.speaker.mark('said')
    await until(() => expect(events).toContainEqual(expect.objectContaining({ type: 'mark', name: 'said' })))
    expect(events.find(({ type }) => type === 'mark')).toMatchObject({ cleared: false })
    await until(() => expect(page.messages).toContainEqual({ type: 'mark', name: 'said' }))
    expect(new Set(page.audio.map(({ length }) => length))).toEqual(new Set([640]))
    expect(levelOf(page.audio.filter(frame => levelOf([frame]) > -30))).toBeGreaterThan(-20)
    const loud = page.audio.filter(frame => levelOf([frame]) > -30).length
    expect(loud).toBeGreaterThanOrEqual(19)
    expect(loud).toBeLessThanOrEqual(21)
  })

  test('is heard, and both sides of the recording stand on one clock', async () => {
    const { leg, page } = await join()
    const heard: Uint8Array[] = []
    const places: number[] = []
    leg.hear(frame => heard.push(frame.slice()))
    leg.tap((_, __, atMs) => places.push(atMs))
    const samples = tone(600, 16_000)
    for (let at = 0; at < samples.length; at += 320) {
      page.socket.send(pcm16ToBytes(samples.subarray(at, at + 320)))
      await new Promise(resolve => setTimeout(resolve, 18))
    }
    await until(() =>
      expect(heard.filter(frame => levelDbfs(decodeMulaw(frame)) > -20).length).toBeGreaterThan(20),
    )
    expect(places.length).toBeGreaterThan(20)
    for (const [index, atMs] of places.entries()) expect(atMs).toBe((places[0] ?? 0) + index * 20)
  })

  test('stops hearing at once what is taken back', async () => {
    const { leg, page, events } = await join()
    leg.speaker.write(encodeMulaw(tone(5_000, 8_000)))
    leg.speaker.mark('never')
    leg.speaker.clear()
    expect(leg.speaker.queuedMs).toBe(0)
    await until(() => expect(page.messages).toContainEqual({ type: 'flush' }))
    expect(events).toContainEqual(expect.objectContaining({ type: 'mark', name: 'never', cleared: true }))
  })

  test('presses keys, sees ours, and hangs up', async () => {
    const { leg, page, events } = await join()
    page.socket.send(JSON.stringify({ type: 'digit', digit: '5' }))
    await leg.sendDigits('1#', new AbortController().signal)
    await expect(leg.sendDigits('x', new AbortController().signal)).rejects.toThrow(RangeError)
    await until(() => expect(page.messages).toContainEqual({ type: 'digits', digits: '1#' }))
    page.socket.send(JSON.stringify({ type: 'end' }))
    await until(() => expect(events.at(-1)).toMatchObject({ type: 'hung_up', by: 'callee' }))
    expect(events[0]).toMatchObject({ type: 'digit', digit: '5' })
  })

  test('who closes the page has hung up', async () => {
    const { page, events } = await join()
    page.socket.terminate()
    await until(() => expect(events.at(-1)).toMatchObject({ type: 'hung_up', by: 'callee' }))
  })

  test('is told when the agent hangs up', async () => {
    const { leg, page, events } = await join()
    await leg.hangUp()
    await until(() => expect(page.messages.at(-1)).toMatchObject({ type: 'end' }))
    expect(events.filter(({ type }) => type === 'hung_up')).toEqual([])
  })

  test('who sends nonsense without end is dropped', async () => {
    const { page, events, trouble } = await join()
    for (let count = 0; count < 30; count += 1) page.socket.send(count % 2 ? 'nonsense' : Buffer.from('odd'))
    await until(() => expect(events.at(-1)).toMatchObject({ type: 'hung_up', by: 'line' }))
    expect(trouble).toEqual([])
  })
})

test.each([
  ['a wrong token', JSON.stringify({ type: 'auth', token: 'bad' })],
  ['no token', JSON.stringify({ type: 'end' })],
  ['a token that is too long', JSON.stringify({ type: 'auth', token: 'x'.repeat(201) })],
  ['audio before the token', Buffer.alloc(640)],
])('%s joins nothing', async (_, message) => {
  const { legs, visit } = await openLine()
  const { socket } = visit()
  await once(socket, 'open')
  const closed = once(socket, 'close')
  socket.send(message)
  expect((await closed)[0]).toBe(1008)
  expect(legs).toEqual([])
})

test.each([
  [403, { origin: 'https://evil.example.com' }],
  [404, { path: '/browser-calls/other', origin }],
])('a page that may not come gets %i', async (status, options) => {
  const { visit } = await openLine()
  const { socket } = visit(options)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  expect(response.statusCode).toBe(status)
})

test('a browser that takes no audio is given up after a second of it', async () => {
  const sent: (string | Uint8Array)[] = []
  let waitingBytes = 0
  const socket: BrowserSocket = {
    send: message => {
      sent.push(message)
      waitingBytes += message.length
    },
    get waitingBytes() {
      return waitingBytes
    },
    close: () => undefined,
    take: () => undefined,
  }
  await using leg = new BrowserLeg(socket, callId)
  const events: LegEvent[] = []
  leg.listen(event => events.push(event))
  await until(() => expect(events.at(-1)).toMatchObject({ type: 'hung_up', by: 'line' }))
  expect(leg.positionMs).toBeLessThan(2_500)
})
