import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { confirming, endCall } from './scripts.ts'
import { firstSentence, lines, stage } from './stage.ts'

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('the agent confirms and ends after its goodbye was heard', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works for me')
      const conversation = await call.over()
      expect(lines(conversation).filter(line => !line.startsWith('tool'))).toEqual([
        `assistant: ${firstSentence}`,
        'user: Yes that works for me',
        'assistant: Great, see you tomorrow, goodbye.',
      ])
      expect(conversation.outcome).toMatchObject({
        status: 'completed',
        endReason: 'agent_ended',
        answeredBy: 'human',
      })
      const farewellEndMs = call.leg.played.at(-1)?.toMs ?? 0
      expect(call.leg.hungUpAtMs).toBeGreaterThanOrEqual(farewellEndMs + 200)
      expect(call.leg.hungUpAtMs).toBeLessThanOrEqual(farewellEndMs + 300)
      expect(conversation.latency.turns).toBe(1)
      expect(conversation.latency.voice_to_voice_p50_ms).toBeGreaterThan(250)
      expect(conversation.latency.voice_to_voice_p50_ms).toBeLessThan(800)
    })

    test('an end_call without a goodbye is followed by one', async () => {
      const silent: Script = ({ guidance: cue }) =>
        cue === guidance.farewell ? { text: 'Take care, bye.' } : { text: 'Noted.', tool: endCall }
      const call = stage({ script: silent, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      const conversation = await call.over()
      expect(lines(conversation).at(-1)).toBe('assistant: Take care, bye.')
      expect(conversation.outcome.endReason).toBe('agent_ended')
    })

    test('a farewell in the arguments is said word for word', async () => {
      const withWords = {
        name: 'end_call',
        arguments: '{"reason":"done","farewell":"So long, John, until tomorrow."}',
      }
      const call = stage({ script: () => ({ tool: withWords }), takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      expect(lines(await call.over()).at(-1)).toBe('assistant: So long, John, until tomorrow.')
    })

    test('the callee says goodbye', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.agentAnswers()
      await call.says('Not now, goodbye')
      const conversation = await call.over()
      expect(conversation.outcome).toMatchObject({ endReason: 'agent_ended', errorMessage: null })
      expect(lines(conversation)).toContain('assistant: Thank you, goodbye John.')
    })

    test('the callee hangs up in the middle of a sentence', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.wait(1_500)
      call.leg.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: 1_500 })
      await call.wait(20)
      expect(call.ended).toBe(true)
      const conversation = await call.over()
      expect(conversation.outcome).toMatchObject({
        status: 'completed',
        endReason: 'callee_hung_up',
        fault: 'callee',
      })
      expect(lines(conversation)).toEqual(['assistant: Hi John, this is --'])
      expect(call.leg.hungUpAtMs).toBeNull()
    })

    test('a question during the farewell cancels the ending', async () => {
      const script: Script = ({ heard }) => {
        if (/parking/iu.test(heard)) return { text: 'Yes, behind the house.' }
        if (/yes/iu.test(heard))
          return { text: 'Wonderful, we are looking forward to it, have a nice day, goodbye.', tool: endCall }
        return { text: 'Anything else?' }
      }
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      await call.wait(1_500)
      await call.says('Is there any parking')
      await call.agentAnswers()
      expect(call.ended).toBe(false)
      expect(call.heardByCallee().at(-1)?.text).toBe('Yes, behind the house.')
      call.stop('now')
      expect(lines(await call.over()).at(-1)).toBe('assistant: Yes, behind the house.')
    })

    test('a thank you during the farewell does not', async () => {
      const call = stage({ script: confirming, takesTurns })
      await call.agentAnswers()
      await call.says('Yes that works')
      await call.wait(1_600)
      await call.says('Thanks, bye')
      const conversation = await call.over()
      expect(conversation.outcome.endReason).toBe('agent_ended')
      expect(lines(conversation)).toContain('assistant: Great, see you tomorrow, goodbye.')
      expect(lines(conversation)).toContain('user: Thanks, bye')
      expect(call.heardByCallee()).toHaveLength(2)
    })
  },
)

test('a voice that answers by itself does not answer the question over the farewell a second time', async () => {
  const script: Script = ({ heard }) =>
    /parking/iu.test(heard)
      ? { text: 'Yes, behind the house.' }
      : { text: 'Wonderful, we are looking forward to it, have a nice day, goodbye.', tool: endCall }
  const call = stage({ script, takesTurns: true })
  call.voice.answersOnWords = true
  await call.wait(5_000)
  await call.says('Yes that works')
  await call.wait(1_500)
  await call.says('Is there any parking')
  await call.wait(6_000)
  expect(call.heardByCallee().filter(({ text }) => text === 'Yes, behind the house.')).toHaveLength(1)
  call.stop('now')
  await call.over()
})
