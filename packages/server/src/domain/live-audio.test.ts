import { expect, test } from 'vitest'
import type { CallId } from './ids.ts'
import { isListeningAllowed, LiveAudioSender, mostWaitingBytes, signListening } from './live-audio.ts'

test('a listener who falls behind gets no more than is held, and is told what was left out', () => {
  const sent: (Uint8Array | string)[] = []
  const sink = { bufferedAmount: 0, send: (data: Uint8Array | string) => void sent.push(data) }
  const sender = new LiveAudioSender(sink)
  const frame = new Uint8Array(640)
  sender.frame(frame)
  sink.bufferedAmount = mostWaitingBytes - 639
  for (let i = 0; i < 3; i++) sender.frame(frame)
  expect(sent).toEqual([frame])
  expect(sender.dropped).toBe(3)
  sink.bufferedAmount = 0
  sender.frame(frame)
  sender.frame(frame)
  expect(sent.slice(1)).toEqual(['{"type":"dropped","frames":3}', frame, frame])
})

test('what is signed for one call opens it for half a minute, and no other', () => {
  const [callId, other] = ['call-1' as CallId, 'call-2' as CallId]
  const secret = Buffer.alloc(32, 1)
  const url = new URL(signListening(callId, { secret, now: 1_000 }), 'ws://worker')
  expect(isListeningAllowed(callId, url, { secret, now: 1_029 })).toBe(true)
  expect(isListeningAllowed(callId, url, { secret, now: 1_031 })).toBe(false)
  expect(isListeningAllowed(other, url, { secret, now: 1_000 })).toBe(false)
  expect(isListeningAllowed(callId, url, { secret: Buffer.alloc(32, 2), now: 1_000 })).toBe(false)
})
