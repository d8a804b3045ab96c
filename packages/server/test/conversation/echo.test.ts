import { chanceOf, murmur } from '@parley/wire/audio/sound-sources'
import { encodeMulaw } from '@parley/wire/audio/g711'
import { mulawLevelDbfs } from '@parley/wire/audio/level'
import { expect, test } from 'vitest'
import { Ears } from '../../src/conversation/ears.ts'
import type { Leg } from '../../src/telephony/port.ts'
import { ScriptedVoice } from '../scripted/voice.ts'

/** Speech of somebody, as frames of µ-law. */
function speech(seed: number, seconds: number): Uint8Array {
  const source = murmur(chanceOf(seed))
  return encodeMulaw(Int16Array.from({ length: seconds * 8_000 }, () => Math.round(9_000 * source())))
}

/** A line that plays what is written and sends it back, quieter and later. */
function echoing(delayFrames: number) {
  const queue: Uint8Array[] = []
  const played: Uint8Array[] = []
  let hear: (frame: Uint8Array, atMs: number) => void = () => undefined
  const speaker = {
    write: (audio: Uint8Array) => {
      for (let at = 0; at < audio.length; at += 160) queue.push(audio.subarray(at, at + 160))
    },
    clear: () => void queue.splice(0),
    mark: () => undefined,
    gain: () => undefined,
    background: () => undefined,
    get queuedMs() {
      return queue.length * 20
    },
  }
  const leg = { speaker, hear: (sink: typeof hear) => void (hear = sink) } as unknown as Leg
  let slot = 0
  const turn = (callee?: Uint8Array) => {
    played.push(queue.shift() ?? new Uint8Array(160).fill(0xff))
    hear(callee ?? quieter(played[slot - delayFrames]), slot * 20)
    slot += 1
  }
  return { leg, turn }
}

/** µ-law: two segments of the code are 12 dB. */
function quieter(frame: Uint8Array | undefined): Uint8Array {
  return (frame ?? new Uint8Array(160).fill(0xff)).map(
    byte => (byte & 0x80) | Math.min(0x7f, (byte & 0x7f) + 32),
  )
}

test('the voice does not hear the agent come back, and hears the callee', () => {
  const { leg, turn } = echoing(9)
  const voice = new ScriptedVoice(() => null, false)
  const levels: number[] = []
  voice.hear = (frame?: Uint8Array) => void levels.push(mulawLevelDbfs(frame ?? new Uint8Array()))
  const ears = new Ears(leg, voice)
  ears.open(() => undefined)
  ears.speaker.write(speech(1, 6))
  for (let i = 0; i < 250; i++) turn()
  const heard = levels.slice(60).filter(level => level > -50)
  expect(heard.length).toBeLessThan(10)
  const before = levels.length
  const callee = speech(2, 2)
  for (let at = 0; at < callee.length; at += 160) turn(callee.subarray(at, at + 160))
  const loud = (frames: readonly number[]) => frames.filter(level => level > -30).length
  const said = Array.from({ length: 100 }, (_, i) => mulawLevelDbfs(callee.subarray(i * 160, (i + 1) * 160)))
  expect(loud(levels.slice(before))).toBeGreaterThan(0.95 * loud(said))
})
