import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { DialFailed, type DialProgress, type LegEvent } from '../../src/telephony/port.ts'
import { dialTimings } from '../../src/telephony/stream/dial-attempt.ts'
import { openPlivoExchange } from './plivo-exchange.ts'
import { findAudio, tone } from './sound.ts'
import type { StreamExchange } from './stream-exchange.ts'
import { openTelnyxExchange } from './telnyx-exchange.ts'
import { openTwilioExchange } from './twilio-exchange.ts'

const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 10 })
const hurried = { ...dialTimings, signMs: 600, audioMs: 500 }

let opened: StreamExchange[] = []
afterEach(async () => {
  await Promise.all(opened.map(exchange => exchange[Symbol.asyncDispose]()))
  opened = []
})

const openers = { Twilio: openTwilioExchange, Telnyx: openTelnyxExchange, Plivo: openPlivoExchange }
const names = ['Twilio', 'Telnyx', 'Plivo'] as const

async function open(name: (typeof names)[number], timings = dialTimings): Promise<StreamExchange> {
  const exchange = await openers[name](timings)
  opened.push(exchange)
  return exchange
}

function dial(exchange: StreamExchange, signal = new AbortController().signal) {
  const progress: DialProgress[] = []
  const leg = exchange.carrier.dial(
    {
      to: exchange.to,
      from: exchange.from,
      ringTimeoutMs: 20_000,
      correlationId: 'call-1',
      onProgress: step => progress.push(step),
    },
    signal,
  )
  leg.catch(() => undefined)
  return { leg, progress }
}

async function talk(exchange: StreamExchange) {
  const dialled = dial(exchange)
  const call = await exchange.standIn.nextCall()
  const [leg, callee] = await Promise.all([dialled.leg, call.answer()])
  const events: LegEvent[] = []
  leg.listen(event => events.push(event))
  return { leg, call, callee, events }
}

describe.each(names)('a call over %s in trouble', name => {
  it('is dialled once although the answer to the request is lost', async () => {
    const exchange = await open(name)
    exchange.standIn.switchboard.loseCreateAnswers(1)
    const { leg, progress } = dial(exchange)
    const call = await exchange.standIn.nextCall()
    await sleep(700)
    await call.ring()
    const [line] = await Promise.all([leg, call.answer()])
    expect(exchange.standIn.switchboard.calls).toHaveLength(1)
    expect(progress.filter(({ type }) => type === 'placed')).toHaveLength(1)
    await line.hangUp()
    await call.hungUp
  })

  it('is asked for again when the vendor had too many, and not when it refused', async () => {
    const exchange = await open(name)
    exchange.standIn.switchboard.refuseCreate(429, 1)
    const { call } = await talk(exchange)
    expect(exchange.standIn.switchboard.calls).toEqual([call])
    exchange.standIn.switchboard.refuseCreate(403, 1)
    const failure = await dial(exchange).leg.then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(DialFailed)
    expect(failure).toMatchObject({ callStatus: 'failed', unavailable: null })
    expect(exchange.standIn.switchboard.calls).toHaveLength(1)
  })

  it('puts no secret and no number into what it says', async () => {
    const exchange = await open(name)
    exchange.standIn.faults.refuse(401)
    const failure = (await dial(exchange).leg.then(
      () => undefined,
      (error: unknown) => error,
    )) as Error
    const told = `${failure.message} ${failure.stack} ${String(failure.cause)}`
    expect(told).not.toMatch(/secret|KEY0|AC0000|MAXXX|Basic|Bearer|\+1555/)
  })

  it('is reached through repeated and late callbacks', async () => {
    const exchange = await open(name)
    exchange.standIn.switchboard.repeatCallbacks(3)
    exchange.standIn.switchboard.delayCallbacks(name === 'Plivo' ? 0 : 300)
    if (name === 'Plivo') return expectOneOfRepeatedAnswers(exchange)
    const { leg, callee, events } = await talk(exchange)
    await callee.hangUp()
    await until(() => expect(events.filter(({ type }) => type === 'hung_up')).toHaveLength(1))
    await leg.hangUp()
    expect(exchange.standIn.switchboard.callbackStatuses.every(status => status === 200)).toBe(true)
  })

  it('is given up and hung up when the callee answers and no audio comes', async () => {
    const exchange = await open(name, hurried)
    const { leg } = dial(exchange)
    const call = await exchange.standIn.nextCall()
    await call.answerDeaf()
    await expect(leg).rejects.toMatchObject({ callStatus: 'failed' })
    await call.hungUp
  })

  it('ends by the line when the audio breaks off, and is hung up at the vendor', async () => {
    const exchange = await open(name)
    const { leg, call, events } = await talk(exchange)
    call.line?.cut()
    await until(() => expect(events).toMatchObject([{ type: 'hung_up', by: 'line' }]))
    await leg.hangUp()
    await call.hungUp
  })

  it('is hung up by another process, by its lifeline alone', async () => {
    const exchange = await open(name)
    const { leg, call, events } = await talk(exchange)
    expect(leg.lifeline).not.toBeNull()
    const done = await exchange.carrier.hangUpLifeline(leg.lifeline ?? '', AbortSignal.timeout(5_000))
    expect(done).toBe(true)
    await call.hungUp
    await until(() => expect(events.map(({ type }) => type)).toContain('hung_up'))
    expect(await exchange.carrier.hangUpLifeline('{"callId":"a sip dialog"}', AbortSignal.timeout(1))).toBe(
      false,
    )
    await leg.hangUp()
    expect(exchange.troubles).toEqual([])
  })

  it('is heard in order although chunks overtake each other', async () => {
    const exchange = await open(name)
    const { leg, call, callee } = await talk(exchange)
    const frames: Uint8Array[] = []
    leg.hear(frame => frames.push(frame.slice()))
    if (call.line) call.line.swapsChunks = true
    await until(() => expect(frames.length).toBeGreaterThan(4))
    const speech = tone(620, 800)
    callee.say(speech)
    await until(() => expect(findAudio(Buffer.concat(frames), speech)).toBeGreaterThanOrEqual(0))
    await leg.hangUp()
  })

  it('sends little ahead, and nothing that the protocol does not know', async () => {
    const exchange = await open(name)
    const { leg, call, events } = await talk(exchange)
    leg.speaker.write(tone(500, 1_500))
    leg.speaker.mark('end')
    await until(() => expect(events.map(({ type }) => type)).toContain('mark'))
    leg.speaker.write(tone(500, 1_500))
    leg.speaker.clear()
    await leg.hangUp()
    expect(call.line?.clears).toBe(1)
    expect(call.line?.mostBufferedMs).toBeGreaterThan(100)
    expect(call.line?.mostBufferedMs).toBeLessThanOrEqual(240)
    expect(call.line?.violations).toEqual([])
  })

  it('is dialled no more once it was cancelled while the vendor took its time', async () => {
    const exchange = await open(name)
    exchange.standIn.switchboard.delayAnswers(500)
    const cancel = new AbortController()
    const { leg } = dial(exchange, cancel.signal)
    const call = await exchange.standIn.nextCall()
    cancel.abort()
    await expect(leg).rejects.toMatchObject({ callStatus: 'cancelled' })
    await call.hungUp
  })
})

describe('a call whose request was lost', () => {
  it('is asked for again only where the vendor knows it for the same', async () => {
    const twilio = await open('Twilio', hurried)
    twilio.standIn.switchboard.refuseCreate(500, 1)
    await expect(dial(twilio).leg).rejects.toMatchObject({ callStatus: 'failed' })
    expect(twilio.standIn.switchboard.calls).toEqual([])
    const telnyx = await open('Telnyx', hurried)
    telnyx.standIn.switchboard.refuseCreate(500, 1)
    const { leg } = await talk(telnyx)
    await leg.hangUp()
  })

  it('fails when no word of it comes, and is hung up when it shows itself later', async () => {
    const exchange = await open('Twilio', hurried)
    exchange.standIn.switchboard.delayCallbacks(1_000)
    exchange.standIn.switchboard.loseCreateAnswers(1)
    const { leg } = dial(exchange)
    const call = await exchange.standIn.nextCall()
    await expect(leg).rejects.toMatchObject({
      callStatus: 'failed',
      message: expect.stringMatching(/did not say/),
    })
    await call.hungUp
    expect(exchange.standIn.switchboard.calls).toHaveLength(1)
  })

  it('fails at once when the vendor can not be reached', async () => {
    const exchange = await open('Twilio')
    await exchange.standIn[Symbol.asyncDispose]()
    const failure = await dial(exchange).leg.then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      callStatus: 'failed',
      message: expect.stringMatching(/can not be reached/),
    })
  })
})

describe('a carrier that another may stand in for', () => {
  it.each([429, 401])('says at once that it did not take the call on: %i', async status => {
    const exchange = await open('Twilio')
    exchange.standIn.switchboard.refuseCreate(status, 1)
    const failure = await exchange.carrier
      .dial(
        {
          to: exchange.to,
          from: exchange.from,
          ringTimeoutMs: 20_000,
          correlationId: 'call-1',
          firstAnswerTimeoutMs: 4_000,
          onProgress: () => undefined,
        },
        AbortSignal.timeout(10_000),
      )
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    expect(failure).toMatchObject({ callStatus: 'failed', unavailable: { retryAfterMs: null } })
    expect(exchange.standIn.switchboard.calls).toEqual([])
  })

  it('asks nobody once its turn was missed', async () => {
    const exchange = await open('Twilio')
    const missed = new Error('too late')
    const dialled = exchange.carrier.dial(
      {
        to: exchange.to,
        from: exchange.from,
        ringTimeoutMs: 20_000,
        correlationId: 'call-1',
        onProgress: () => undefined,
        leaving: () => {
          throw missed
        },
      },
      AbortSignal.timeout(10_000),
    )
    await expect(dialled).rejects.toBe(missed)
    expect(exchange.standIn.log).toEqual([])
  })
})

describe('the server that vendors reach', () => {
  it('knows nobody whom it did not tell an address', async () => {
    const { server } = await open('Twilio')
    const made = `${server.publicUrl}/carriers/${'A'.repeat(32)}`
    for (const path of ['/', '/carriers', '/carriers/incoming/twilio', '/carriers/short/status'])
      expect((await fetch(server.publicUrl + path, { method: 'POST' })).status).toBe(404)
    expect((await fetch(`${made}/status`, { method: 'POST' })).status).toBe(404)
    expect(await refusalOf(`${made.replace('http', 'ws')}/stream`)).toBe(404)
  })

  it('believes no callback without the signature, and lets audio in once', async () => {
    const exchange = await open('Twilio')
    const { call, leg } = await talk(exchange)
    const { StatusCallback: status = '', Twiml: twiml = '' } = call.order
    const body = new URLSearchParams({ CallSid: call.id, CallStatus: 'completed' }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'bm8=' }
    expect((await fetch(status, { method: 'POST', headers, body })).status).toBe(403)
    const huge = await fetch(status, { method: 'POST', body: 'x'.repeat(70_000) }).catch(() => null)
    expect(huge?.status ?? 413).toBe(413)
    const audio = /url="([^"]+)"/.exec(twiml)?.[1] ?? ''
    expect(await refusalOf(audio)).toBe(404)
    expect(leg.positionMs).toBeGreaterThan(0)
    await leg.hangUp()
  })

  it('cuts off whoever does not speak the protocol', async () => {
    const exchange = await open('Twilio')
    const { leg } = dial(exchange)
    const call = await exchange.standIn.nextCall()
    const audio = /url="([^"]+)"/.exec(call.order.Twiml ?? '')?.[1] ?? ''
    const socket = new WebSocket(audio)
    await once(socket, 'open')
    socket.send('{"event":')
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1008)
    await call.refuse('busy')
    await expect(leg).rejects.toMatchObject({ callStatus: 'busy' })
  })

  it('outlives nonsense in the middle of a call, and gives up on a stream of it', async () => {
    const exchange = await open('Twilio')
    const { call, leg, events } = await talk(exchange)
    for (let i = 0; i < 5; i++) call.line?.raw('{"event":"media","media":{}}')
    call.line?.raw('[]')
    await sleep(100)
    expect(events).toEqual([])
    for (let i = 0; i < 30; i++) call.line?.raw('nonsense')
    await until(() => expect(events).toMatchObject([{ type: 'hung_up', by: 'line' }]))
    await leg.hangUp()
    await call.hungUp
  })
})

/** Plivo's stream comes from the answer to a callback, so a repeated one asks twice and the second is refused. */
async function expectOneOfRepeatedAnswers(exchange: StreamExchange): Promise<void> {
  const { leg } = dial(exchange)
  const call = await exchange.standIn.nextCall()
  await call.ring()
  const [line] = await Promise.all([leg, call.answer()])
  await line.hangUp()
  await call.hungUp
}

/** The status with which a WebSocket is refused; 101 when it is not. */
async function refusalOf(url: string): Promise<number> {
  const socket = new WebSocket(url)
  return await new Promise(resolve => {
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    socket.on('error', () => undefined)
    socket.once('open', () => {
      socket.terminate()
      resolve(101)
    })
  })
}
