import { describe, expect, test } from 'vitest'
import { type StandbyClip, type StandbyClips, VoiceFault } from '../../src/speech/port.ts'
import type { Script } from '../scripted/voice.ts'
import { lines, type Stage, stage } from './stage.ts'

const tones = { filler: 0x41, longer: 0x42, apology: 0x43 }
const clip = (text: string, tone: number): StandbyClip => ({ text, audio: new Uint8Array(8_000).fill(tone) })
const standby: StandbyClips = {
  fillers: [clip('One moment, please.', tones.filler), clip('A moment longer.', tones.longer)],
  apology: clip("I'm sorry, goodbye.", tones.apology),
}
const lost = new VoiceFault('scripted', 'unreachable', { message: 'the socket closed' })

/** Tones in the order in which they were heard. */
const heard = ({ leg }: Stage) => leg.played.map(({ tone }) => tone)

/** The longest the callee waited for a sound of the agent since `fromMs`. */
function longestWaitMs({ leg }: Stage, fromMs: number): number {
  let quietFromMs = fromMs
  let longest = 0
  for (const { fromMs: began, toMs } of leg.played) {
    if (toMs <= fromMs) continue
    longest = Math.max(longest, began - quietFromMs)
    quietFromMs = Math.max(quietFromMs, toMs)
  }
  return longest
}

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('a slow answer is announced, once, within two and a half seconds', async () => {
      const call = stage({ script: () => ({ text: 'Here I am.', thinkMs: 4_000 }), takesTurns, standby })
      await call.agentAnswers()
      await call.says('Hello there')
      const saidMs = call.leg.positionMs
      await call.agentAnswers()
      const [filler] = call.leg.played.slice(-1)
      expect(filler?.tone).toBe(tones.filler)
      expect((filler?.fromMs ?? 0) - saidMs).toBeLessThanOrEqual(takesTurns ? 2_500 : 3_000)
      await call.agentAnswers()
      expect(call.heardByCallee().at(-1)?.text).toBe('Here I am.')
      call.stop('now')
      expect(lines(await call.over())).toContain('assistant: One moment, please.')
    })

    test('a question into the silence is not announced, and the silence ends the call', async () => {
      const call = stage({ script: () => ({ text: 'Are you there?' }), takesTurns, standby })
      const { outcome } = await call.over()
      expect(outcome.endReason).toBe('silence')
      expect(heard(call)).not.toContain(tones.filler)
      expect(call.events.filter(({ type }) => type === 'silence_prompt')).toHaveLength(1)
    })

    test('a quick answer is not announced', async () => {
      const call = stage({ takesTurns, standby })
      await call.agentAnswers()
      await call.says('Hello there.')
      await call.agentAnswers()
      expect(call.heardByCallee().at(-1)?.text).toBe('I see.')
      expect(heard(call)).not.toContain(tones.filler)
    })

    test('an answer that never comes: two announcements, an apology, and never six seconds of nothing', async () => {
      const call = stage({ script: () => null, takesTurns, standby })
      await call.agentAnswers()
      await call.says('Hello there.')
      const saidMs = call.leg.positionMs
      const { outcome } = await call.over()
      expect(heard(call).slice(-3)).toEqual([tones.filler, tones.longer, tones.apology])
      expect(longestWaitMs(call, saidMs)).toBeLessThan(6_000)
      expect(call.has('silence_prompt')).toBe(false)
      expect(outcome).toMatchObject({ status: 'failed', endReason: 'provider_error', fault: 'provider' })
    })

    test('a voice that is gone is apologised for, whole, and the call ends', async () => {
      const call = stage({ script: () => null, takesTurns, standby })
      await call.agentAnswers()
      await call.says('Hello there.')
      const saidMs = call.leg.positionMs
      call.voice.emit({ type: 'fault', fault: lost, fatal: true })
      const conversation = await call.over()
      const apology = call.leg.played.at(-1)
      expect(apology?.tone).toBe(tones.apology)
      expect((apology?.toMs ?? 0) - (apology?.fromMs ?? 0)).toBeGreaterThanOrEqual(1_000)
      expect(longestWaitMs(call, saidMs)).toBeLessThan(1_000)
      expect(lines(conversation).at(-1)).toBe("assistant: I'm sorry, goodbye.")
      expect(conversation.outcome.errorMessage).toContain('the socket closed')
    })

    test('a sentence that broke off is gone on with', async () => {
      const script: Script = ({ turn }) =>
        turn === 1 ? { text: 'Your appointment is', fails: true } : { text: 'at three.' }
      const call = stage({ script, takesTurns, standby })
      await call.agentAnswers()
      await call.says('When is it?')
      await call.until(() => call.heardByCallee().at(-1)?.text === 'at three.')
      const asked = call.voice.log.filter(({ type }) => type === 'respond').at(-1)
      expect(asked?.text).toContain('Go on from where you stopped')
    })

    test('who cannot be understood any more is asked once to repeat, and then told', async () => {
      const script: Script = ({ guidance }) => ({
        text: guidance.includes('repeat') ? 'Again?' : 'I must go.',
      })
      const call = stage({ script, takesTurns, standby })
      await call.agentAnswers()
      call.voice.emit({ type: 'deaf' })
      const conversation = await call.over()
      expect(lines(conversation).slice(-2)).toEqual(['assistant: Again?', 'assistant: I must go.'])
      expect(conversation.outcome).toMatchObject({ status: 'failed', endReason: 'provider_error' })
    })
  },
)

test('who speaks while an answer stalls, and stops what was asked for in its place, is answered', async () => {
  const script: Script = ({ turn, heard: words }) => {
    if (turn === 1) return { text: 'We look forward to', stalls: true }
    return words === 'Yes that works for me'
      ? { text: 'Wonderful.' }
      : { text: 'seeing you.', thinkMs: 3_000 }
  }
  const call = stage({ script, needsWords: false, standby })
  await call.agentAnswers()
  await call.says('When is it?')
  await call.agentAnswers()
  call.voice.silentPartials = true
  await call.wait(600)
  const startMs = call.leg.positionMs
  await call.says('Yes that works for me')
  call.voice.emit({ type: 'reply_done', replyId: 'answer-1', result: 'failed' })
  await call.wait(600)
  const words = { turnId: 'turn-2', text: 'Yes that', startMs, endMs: startMs + 1_500, final: false }
  call.voice.emit({ type: 'heard', ...words })
  await call.until(() => call.heardByCallee().at(-1)?.text === 'Wonderful.')
  expect(call.leg.positionMs - startMs).toBeLessThan(6_000)
})

test('a model that is replaced by one that takes no turns is asked for its answers from then on', async () => {
  const call = stage({ script: () => ({ text: 'Here I am.' }), takesTurns: true, standby })
  await call.agentAnswers()
  call.voice.capabilities.takesTurns = false
  call.voice.emit({
    type: 'replaced',
    provider: 'legacy',
    capabilities: { takesTurns: false, needsWords: true },
  })
  await call.says('Hello there.')
  await call.agentAnswers()
  expect(call.heardByCallee().at(-1)?.text).toBe('Here I am.')
  expect(call.voice.log.map(({ type }) => type)).toContain('respond')
  expect(heard(call)).not.toContain(tones.filler)
  expect(call.events.some(event => event.type === 'fault' && event.detail.includes('legacy'))).toBe(true)
})
