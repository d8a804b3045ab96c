import { describe, expect, test } from 'vitest'
import { VoiceFault } from '../../src/speech/port.ts'
import type { Script } from '../scripted/voice.ts'
import { endCall } from './scripts.ts'
import { lines, stage } from './stage.ts'

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('unknown tools and bad arguments are told to the model', async () => {
      const script: Script = ({ turn }) => {
        if (turn === 1) return { tool: { name: 'launch_rocket', arguments: '{}' } }
        if (turn === 2) return { tool: { name: 'end_call', arguments: '{"reason":' } }
        return { text: 'Goodbye.', tool: endCall }
      }
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('Do something')
      expect((await call.over()).outcome.endReason).toBe('agent_ended')
      const answers = call.voice.log.filter(entry => entry.type === 'answer_tool').map(entry => entry.text)
      expect(answers[0]).toContain('no tool named launch_rocket')
      expect(answers[1]).toContain('not valid JSON')
      expect(answers[2]).toBe('{"ok":true}')
    })

    test('a model that does nothing but call tools is stopped', async () => {
      const script: Script = ({ turn }) => ({
        tool: { name: 'look', arguments: `{"page":${turn > 5 ? turn : 0}}` },
      })
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('Do something')
      expect((await call.over()).outcome).toMatchObject({ endReason: 'provider_error', fault: 'provider' })
      const answers = call.voice.log.filter(entry => entry.type === 'answer_tool').map(entry => entry.text)
      expect(answers[2]).toContain('several times in a row')
      expect(answers[20]).toContain('used up')
      expect(answers).toHaveLength(31)
    })

    test('a voice that breaks ends the call within a second', async () => {
      const call = stage({ takesTurns })
      await call.wait(2_000)
      const fault = new VoiceFault('scripted', 'unreachable', { message: 'the socket closed' })
      call.voice.emit({ type: 'fault', fault, fatal: false })
      await call.wait(1_500)
      expect(call.ended).toBe(false)
      call.voice.emit({ type: 'fault', fault, fatal: true })
      await call.wait(1_050)
      expect(call.ended).toBe(true)
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({ status: 'failed', endReason: 'provider_error', fault: 'provider' })
      expect(outcome.errorMessage).toContain('the socket closed')
    })

    test('a reply that fails is asked for again, but not for ever', async () => {
      const once: Script = ({ turn }) => (turn === 1 ? { fails: true } : { text: 'Here I am.' })
      const call = stage({ script: once, takesTurns })
      await call.agentAnswers()
      await call.says('Hello there')
      await call.agentAnswers()
      expect(call.heardByCallee().at(-1)?.text).toBe('Here I am.')
      call.stop('now')
      await call.over()
      const never = stage({ script: () => ({ fails: true }), takesTurns })
      await never.agentAnswers()
      await never.says('Hello there')
      expect((await never.over()).outcome.endReason).toBe('provider_error')
    })

    test('a model that talks without end is cut at a full queue', async () => {
      const endless = 'and so on '.repeat(120)
      const call = stage({
        script: () => ({ text: endless }),
        takesTurns,
        settings: { longestQueueMs: 8_000 },
      })
      await call.wait(5_000)
      await call.says('Tell me all')
      await call.until(() => call.voice.log.some(entry => entry.type === 'interrupt'))
      expect(call.leg.speaker.queuedMs).toBeLessThanOrEqual(8_000)
      await call.wait(8_500)
      call.stop('now')
      expect(lines(await call.over()).at(-1)).toMatch(/and so on and so on.* --$/u)
    })
  },
)
