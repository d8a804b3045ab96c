import { openMediaEngine } from '@parley/wire/rtp/media-engine'
import { answerOffer } from '@parley/wire/sdp/answer'
import { type AnsweredCall, openUserAgent } from '@parley/wire/sip/user-agent'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Leg, LegEvent } from '../../src/telephony/port.ts'
import { referTarget, verdictOn } from '../../src/telephony/sip/refer-callee.ts'
import { SipCarrier } from '../../src/telephony/sip/sip-carrier.ts'

const host = '127.0.0.1'
const soon = () => AbortSignal.timeout(10_000)

describe('what a referral came to', () => {
  test.each([
    [{ accepted: false, status: 603, hasEnded: false }, 'refused'],
    [{ accepted: true, status: 200, hasEnded: false }, 'accepted'],
    [{ accepted: true, status: 486, hasEnded: false }, 'failed'],
    [{ accepted: true, status: 0, hasEnded: true }, 'accepted'],
    [{ accepted: true, status: 100, hasEnded: true }, 'accepted'],
    [{ accepted: true, status: 180, hasEnded: true }, 'failed'],
    [{ accepted: true, status: 0, hasEnded: false }, 'failed'],
  ] as const)('%j: %s', (outcome, verdict) => {
    expect(verdictOn(outcome)).toBe(verdict)
  })

  test.each([
    [
      '+14155550100',
      '<sip:+14155551234@carrier.example.com:5070>',
      'sip:+14155550100@carrier.example.com:5070',
    ],
    ['sip:office@example.com', '<sip:+14155551234@carrier.example.com>', 'sip:office@example.com'],
  ])('%s', (to, party, target) => {
    expect(referTarget(to, party)).toBe(target)
  })
})

/** A call of ours, and the callee's side of it. */
async function talk(): Promise<{ leg: Leg; callee: AnsweredCall; events: LegEvent[] }> {
  const open = new AsyncDisposableStack()
  onTestFinished(() => open.disposeAsync())
  const media = open.use(await openMediaEngine({ host }))
  const answered = Promise.withResolvers<AnsweredCall>()
  const far = open.use(
    await openUserAgent({
      host,
      port: 0,
      name: 'Callee',
      onCall: call => {
        const { sdp } = answerOffer(call.sdp ?? '', { address: { host, port: 40_000 } })
        call.accept(sdp, soon()).then(answered.resolve, answered.reject)
      },
    }),
  )
  const userAgent = open.use(await openUserAgent({ host, port: 0, name: 'Parley' }))
  const trunk = { uri: `sip:${far.host}:${far.port}`, credentials: null, srtp: false }
  const carrier = new SipCarrier({ userAgent, media, mediaHost: host, trunk })
  const order = { to: '+15555550100', from: '+15555550199', ringTimeoutMs: 5_000, correlationId: 'one' }
  const leg = open.use(await carrier.dial({ ...order, onProgress: () => undefined }, soon()))
  const events: LegEvent[] = []
  leg.listen(event => events.push(event))
  return { leg, callee: await answered.promise, events }
}

const target = '+15555550177'

describe('a SIP network', () => {
  test('that takes the callee over and tells so', async () => {
    const { leg, callee } = await talk()
    const targets: string[] = []
    callee.onRefer(refer => {
      targets.push(refer.target)
      const told = refer.accept()
      told.report(180)
      told.report(200)
    })
    expect(await leg.transfer?.(target, soon())).toBe('accepted')
    expect(targets).toEqual([expect.stringMatching(/^sip:\+15555550177@127\.0\.0\.1/)])
  })

  test('that takes the callee over and hangs up on us', async () => {
    const { leg, callee, events } = await talk()
    callee.onRefer(refer => {
      refer.accept()
      void callee.bye(soon())
    })
    expect(await leg.transfer?.(target, soon())).toBe('accepted')
    expect(events.filter(({ type }) => type === 'hung_up')).toEqual([])
  })

  test('that refuses leaves the callee with us', async () => {
    const { leg, events } = await talk()
    expect(await leg.transfer?.(target, soon())).toBe('refused')
    expect(events.filter(({ type }) => type === 'hung_up')).toEqual([])
  })

  test('that tries in vain leaves the callee with us, who may hang up', async () => {
    const { leg, callee, events } = await talk()
    callee.onRefer(refer => refer.accept().report(486))
    expect(await leg.transfer?.(target, soon())).toBe('failed')
    await callee.bye(soon())
    expect(events.filter(({ type }) => type === 'hung_up')).toHaveLength(1)
  })
})
