import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LegEvent } from '../../src/telephony/port.ts'
import type { IncomingStreamCall } from '../../src/telephony/stream/incoming-call.ts'
import { openPlivoExchange } from './plivo-exchange.ts'
import { findAudio, tone } from './sound.ts'
import type { StreamExchange } from './stream-exchange.ts'
import { openTelnyxExchange } from './telnyx-exchange.ts'
import { openTwilioExchange } from './twilio-exchange.ts'

const until = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 10 })
const openers = { Twilio: openTwilioExchange, Telnyx: openTelnyxExchange, Plivo: openPlivoExchange }
const parties = { from: '+15555550123', to: '+15555550199' }

describe.each(['Twilio', 'Telnyx', 'Plivo'] as const)('a call from outside over %s', name => {
  let exchange: StreamExchange | undefined
  afterEach(() => exchange?.[Symbol.asyncDispose]())

  async function open(listener: (call: IncomingStreamCall) => void) {
    exchange = await openers[name]()
    const url = exchange.carrier.receive(listener)
    return { exchange, url }
  }

  it('is answered, talks both ways and is hung up', async () => {
    const calls: IncomingStreamCall[] = []
    const { exchange, url } = await open(call => calls.push(call))
    const calling = exchange.standIn.callIn(url, parties)
    await until(() => expect(calls).toHaveLength(1))
    expect(calls[0]).toMatchObject(parties)
    const [leg, inbound] = await Promise.all([calls[0]?.accept(AbortSignal.timeout(5_000)), calling])
    if (leg === undefined || inbound.type !== 'answered') throw new Error('the call was not answered')
    const heard: Uint8Array[] = []
    leg.hear(frame => heard.push(frame.slice()))
    const [ours, theirs] = [tone(440, 300), tone(700, 300)]
    leg.speaker.write(ours)
    inbound.line.say(theirs)
    await until(() => {
      expect(findAudio(inbound.line.heard(), ours)).toBeGreaterThanOrEqual(0)
      expect(findAudio(Buffer.concat(heard), theirs)).toBeGreaterThanOrEqual(0)
    })
    await leg.hangUp()
    await inbound.call.hungUp
  })

  it('ends when the caller hangs up', async () => {
    const legs: Promise<LegEvent[]>[] = []
    const { exchange, url } = await open(call => {
      legs.push(
        call.accept(AbortSignal.timeout(5_000)).then(leg => {
          const events: LegEvent[] = []
          leg.listen(event => events.push(event))
          return events
        }),
      )
    })
    const inbound = await exchange.standIn.callIn(url, parties)
    const events = (await legs[0]) ?? []
    if (inbound.type === 'answered') await inbound.line.hangUp()
    await until(() => expect(events).toMatchObject([{ type: 'hung_up', by: 'callee' }]))
  })

  it('is refused', async () => {
    const { exchange, url } = await open(call => call.refuse('busy'))
    const inbound = await exchange.standIn.callIn(url, parties)
    expect(inbound).toMatchObject({ type: 'refused', answer: expect.stringMatching(/busy/i) })
  })

  it('is one call however often it is announced', async () => {
    const calls: IncomingStreamCall[] = []
    const { exchange, url } = await open(call => {
      calls.push(call)
      call.refuse('rejected')
    })
    exchange.standIn.switchboard.repeatCallbacks(3)
    await exchange.standIn.callIn(url, parties)
    await sleep(50)
    expect(calls).toHaveLength(1)
  })

  it('is not believed without the signature', async () => {
    const calls: IncomingStreamCall[] = []
    const { url } = await open(call => calls.push(call))
    const body = new URLSearchParams({ CallSid: 'CA1', From: '1', To: '2', Direction: 'inbound' })
    expect((await fetch(url, { method: 'POST', body })).status).toBe(403)
    expect(calls).toEqual([])
  })
})
