import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { confirming } from './scripts.ts'
import { firstSentence, lines, stage } from './stage.ts'

const disclosure = 'This is an AI assistant calling. This call is recorded.'

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('the disclosure comes first, the first sentence right after it', async () => {
      const call = stage({ script: confirming, takesTurns, plan: { disclosure } })
      await call.until(() => call.heardByCallee().length === 2 && call.leg.speaker.queuedMs === 0)
      const [told, opening] = call.heardByCallee()
      expect([told?.text, opening?.text]).toEqual([disclosure, firstSentence])
      expect((opening?.fromMs ?? 0) - (told?.toMs ?? 0)).toBeLessThanOrEqual(40)
      await call.says('Yes sure')
      expect(lines(await call.over()).slice(0, 2)).toEqual([
        `assistant: ${disclosure}`,
        `assistant: ${firstSentence}`,
      ])
    })

    test('nobody talks it down', async () => {
      const call = stage({ script: confirming, takesTurns, plan: { disclosure } })
      await call.wait(500)
      await call.says('No stop it I do not want to hear that')
      await call.until(() => call.heardByCallee().length > 1)
      const [told] = call.heardByCallee()
      expect(told?.text).toBe(disclosure)
      expect((told?.toMs ?? 0) - (told?.fromMs ?? 0)).toBe(10 * 300)
      call.stop('now')
      expect(lines(await call.over())[0]).toBe(`assistant: ${disclosure}`)
    })

    test('an agent that opens by itself does so after it', async () => {
      const script: Script = ({ guidance: cue }) => ({
        text: cue === guidance.opening ? 'Hello, Sarah here.' : 'Yes?',
      })
      const call = stage({ script, takesTurns, plan: { disclosure, firstSentence: null } })
      await call.until(() => call.heardByCallee().length === 2)
      expect(call.heardByCallee().map(({ text }) => text)).toEqual([disclosure, 'Hello, Sarah here.'])
      call.stop('now')
      await call.over()
    })
  },
)
