import { describe, expect, it } from 'vitest'
import type { CallNews, VendorCapabilities } from '../vendor.ts'
import { advanceAttempt, type Attempt, type AttemptEvent, freshAttempt } from './attempt.ts'

const byStream = { answeredBy: 'stream' } as VendorCapabilities
const byCallback = { answeredBy: 'callback' } as VendorCapabilities
const ids = { placed: null, live: 'CA1' }
const reported = (news: CallNews): AttemptEvent => ({ type: 'reported', ids, news })
const connected: AttemptEvent = { type: 'connected', ids }
const ended = (callStatus: 'busy' | 'completed'): AttemptEvent =>
  reported({ type: 'ended', callStatus, code: 486, by: 'callee', meaning: 'The line is busy' })
const run = (events: readonly AttemptEvent[], capabilities = byStream): Attempt =>
  events.reduce((attempt, event) => advanceAttempt(attempt, event, capabilities), freshAttempt)

describe('an attempt', () => {
  it.each<[string, AttemptEvent[], VendorCapabilities, string]>([
    ['audio alone', [connected], byStream, 'live'],
    ['audio before the callee answered', [connected], byCallback, 'open'],
    ['audio, then the answer', [connected, reported({ type: 'answered' })], byCallback, 'live'],
    ['the answer, then audio', [reported({ type: 'answered' }), connected], byCallback, 'live'],
    ['the answer alone', [reported({ type: 'answered' })], byStream, 'open'],
    [
      'a lost connection, then the answer',
      [connected, { type: 'disconnected' }, reported({ type: 'answered' })],
      byCallback,
      'open',
    ],
    ['busy', [reported({ type: 'ringing' }), ended('busy')], byStream, 'failed'],
    [
      'busy after it was cancelled',
      [{ type: 'gave_up', why: 'cancelled' }, ended('busy')],
      byStream,
      'failed',
    ],
  ])('is decided by %s', (...[, events, capabilities, decided]) => {
    expect(run(events, capabilities).verdict?.type ?? 'open').toBe(decided)
  })

  it('keeps its first verdict, and still learns ids', () => {
    const cancelled = run([{ type: 'gave_up', why: 'cancelled' }])
    expect(cancelled.verdict).toMatchObject({ callStatus: 'cancelled', hangUp: true })
    const later = advanceAttempt(cancelled, { type: 'created', id: 'CA1' }, byStream)
    expect(later).toEqual({ ...cancelled, ids: { placed: 'CA1', live: null } })
    expect(advanceAttempt(later, connected, byStream).verdict).toEqual(cancelled.verdict)
  })

  it('does not ring again after the answer is out of order', () => {
    const events = [reported({ type: 'answered' }), reported({ type: 'ringing' }), connected]
    expect(run(events)).toMatchObject({ answered: true, verdict: { type: 'live' } })
  })

  it('has failed when it was over before anybody could talk', () => {
    expect(run([ended('completed')]).verdict).toMatchObject({ callStatus: 'failed', hangUp: false })
  })
})
