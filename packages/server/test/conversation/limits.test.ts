import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { firstSentence, lines, stage } from './stage.ts'

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('nobody speaks: the agent asks once, then says goodbye', async () => {
      const script: Script = ({ guidance: cue }) =>
        cue === guidance.stillThere ? { text: 'Are you still there?' } : { text: 'Then goodbye.' }
      const call = stage({ script, takesTurns })
      const conversation = await call.over()
      expect(lines(conversation)).toEqual([
        `assistant: ${firstSentence}`,
        'assistant: Are you still there?',
        'assistant: Then goodbye.',
      ])
      const [opening, prompt, goodbye] = call.heardByCallee()
      const asked = (prompt?.fromMs ?? 0) - (opening?.toMs ?? 0)
      expect(asked).toBeLessThan(10_500)
      expect(asked).toBeGreaterThanOrEqual(10_000)
      expect((goodbye?.fromMs ?? 0) - (opening?.toMs ?? 0)).toBeLessThan(20_500)
      expect(conversation.outcome).toMatchObject({
        status: 'completed',
        endReason: 'silence',
        errorMessage: null,
      })
    })

    test('nobody speaks: the waits are those that were asked for', async () => {
      const script: Script = ({ guidance: cue }) =>
        cue === guidance.stillThere ? { text: 'Are you still there?' } : { text: 'Then goodbye.' }
      const silence = { promptMs: 4_000, farewellMs: 9_000 }
      const call = stage({ script, takesTurns, plan: { silence } })
      await call.over()
      const [opening, prompt, goodbye] = call.heardByCallee()
      const after = (line: { fromMs: number } | undefined) => (line?.fromMs ?? 0) - (opening?.toMs ?? 0)
      expect(after(prompt)).toBeGreaterThanOrEqual(4_000)
      expect(after(prompt)).toBeLessThan(4_500)
      expect(after(goodbye)).toBeGreaterThanOrEqual(9_000)
      expect(after(goodbye)).toBeLessThan(9_500)
    })

    test('a line without audio ends as silence and says why', async () => {
      const call = stage({ script: () => ({ text: 'Hello?' }), takesTurns })
      for (let at = 5; at <= 40 && !call.ended; at += 5) {
        await call.wait(5_000)
        call.leg.happens({ type: 'stalled', sinceMs: at * 1_000 })
      }
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({
        endReason: 'silence',
        errorMessage: 'No audio arrived from the callee',
      })
      expect(call.events.filter(event => event.type === 'fault')).toHaveLength(1)
    })

    test('the longest duration: a hint, a farewell, the end', async () => {
      const script: Script = ({ guidance: cue }) =>
        cue === guidance.timeIsUp ? { text: 'I have to go, goodbye.' } : { text: 'Tell me more.' }
      const call = stage({ script, takesTurns, plan: { maxDurationMs: 30_000 } })
      await call.agentAnswers()
      for (let turn = 0; turn < 12 && !call.has('farewell'); turn += 1) {
        await call.says('And another thing happened')
        await call.wait(2_500)
      }
      const conversation = await call.over()
      expect(conversation.outcome.endReason).toBe('max_duration')
      expect(lines(conversation).at(-1)).toBe('assistant: I have to go, goodbye.')
      expect(call.events.find(event => event.type === 'wrap_up')).toMatchObject({ at_ms: 20_000 })
      expect(call.leg.hungUpAtMs).toBeLessThan(33_500)
    })

    test('a farewell that never comes does not hold the line', async () => {
      const call = stage({ script: () => null, takesTurns, plan: { maxDurationMs: 8_000 } })
      const { outcome } = await call.over()
      expect(outcome.endReason).toBe('max_duration')
      expect(call.leg.hungUpAtMs).toBeLessThanOrEqual(12_100)
    })

    test('stopped now', async () => {
      const call = stage({ takesTurns })
      await call.wait(1_200)
      call.stop('now')
      const conversation = await call.over()
      expect(conversation.outcome).toMatchObject({
        status: 'cancelled',
        endReason: 'stopped',
        fault: 'customer',
      })
      expect(call.leg.hungUpAtMs).toBeLessThanOrEqual(1_240)
      expect(lines(conversation)).toEqual(['assistant: Hi John, this --'])
    })

    test('stopped with a farewell', async () => {
      const call = stage({ script: () => ({ text: 'I must go, goodbye.' }), takesTurns })
      await call.wait(1_200)
      call.stop('farewell')
      const conversation = await call.over()
      expect(conversation.outcome.endReason).toBe('stopped')
      expect(lines(conversation)).toEqual(['assistant: Hi John, this --', 'assistant: I must go, goodbye.'])
    })

    test('the process has to go', async () => {
      const call = stage({ takesTurns })
      await call.wait(500)
      call.abandon.abort()
      expect((await call.over()).outcome).toMatchObject({
        endReason: 'node_lost',
        fault: 'ours',
        status: 'failed',
      })
      expect(call.leg.hungUpAtMs).not.toBeNull()
    })
  },
)
