import { describe, expect, test } from 'vitest'
import { SipHeaders } from '../headers.ts'
import { noBody, type SipRequest, type SipResponse } from '../message.ts'
import { glareWaitMs } from './glare.ts'
import {
  agreedTimer,
  giveUpAtMs,
  refreshAtMs,
  refuseShortSession,
  timerAnswerFields,
  timerFromAnswer,
} from './session-timer.ts'

type Fields = Record<string, string>
const invite = (fields: Fields): SipRequest => ({
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:a',
  headers: new SipHeaders(Object.entries(fields)),
  body: noBody,
})
const ok = (fields: Fields): SipResponse => ({
  kind: 'response',
  status: 200,
  reason: 'OK',
  headers: new SipHeaders(Object.entries(fields)),
  body: noBody,
})
const limits = { expiresSeconds: 1_800, minSeconds: 90 }
const local = (intervalSeconds: number) => ({ intervalSeconds, refresher: 'local' })
const remote = (intervalSeconds: number) => ({ intervalSeconds, refresher: 'remote' })

describe('asked', () => {
  test.each<[Fields, unknown]>([
    [{ 'Session-Expires': '300', Supported: 'timer' }, remote(300)],
    [{ x: '300;refresher=uac', k: 'timer' }, remote(300)],
    [{ 'Session-Expires': '300;refresher=uas', Supported: '100rel, timer' }, local(300)],
    [{ 'Session-Expires': '300' }, local(300)],
    [{ 'Session-Expires': '60' }, local(90)],
    [{ 'Session-Expires': 'soon' }, undefined],
    [{ Supported: 'timer' }, undefined],
  ])('%j makes %j', (fields, timer) => {
    expect(agreedTimer(invite(fields), limits)).toEqual(timer)
  })

  test('too short is 422, but only to who understands it', () => {
    expect(refuseShortSession(invite({ 'Session-Expires': '60', Supported: 'timer' }), limits)).toEqual({
      status: 422,
      headers: [['Min-SE', '90']],
    })
    expect(refuseShortSession(invite({ 'Session-Expires': '60' }), limits)).toBeUndefined()
    expect(
      refuseShortSession(invite({ 'Session-Expires': '90', Supported: 'timer' }), limits),
    ).toBeUndefined()
  })

  test('our answer names the refresher as the other side counts', () => {
    expect(timerAnswerFields({ intervalSeconds: 300, refresher: 'remote' })).toEqual([
      ['Session-Expires', '300;refresher=uac'],
      ['Require', 'timer'],
    ])
    expect(timerAnswerFields({ intervalSeconds: 300, refresher: 'local' })).toEqual([
      ['Session-Expires', '300;refresher=uas'],
    ])
  })
})

test.each<[Fields, unknown]>([
  [{ 'Session-Expires': '300;refresher=uac' }, local(300)],
  [{ 'Session-Expires': '300;refresher=uas' }, remote(300)],
  [{ 'Session-Expires': '300' }, local(300)],
  [{ 'Session-Expires': '0' }, undefined],
  [{}, undefined],
])('answered %j makes %j', (fields, timer) => {
  expect(timerFromAnswer(ok(fields))).toEqual(timer)
})

test('refreshed at half time; hung up 32 s or a third before the end', () => {
  expect(refreshAtMs({ intervalSeconds: 1_800, refresher: 'local' })).toBe(900_000)
  expect(giveUpAtMs({ intervalSeconds: 1_800, refresher: 'local' })).toBe(1_768_000)
  expect(giveUpAtMs({ intervalSeconds: 90, refresher: 'local' })).toBe(60_000)
})

test('after a collision the two sides never wait alike', () => {
  expect([0, 0.999].map(random => glareWaitMs(true, random))).toEqual([2_100, 3_990])
  expect([0, 0.999].map(random => glareWaitMs(false, random))).toEqual([0, 1_990])
})
