import { describe, expect, test } from 'vitest'
import { stage } from './stage.ts'

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('a greeting that does not stop is a machine', async () => {
      const call = stage({ takesTurns })
      await call.wait(400)
      await call.says(
        'You are calling the Millers and we are all out in the garden until late tonight and then',
        15_000,
      )
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({ endReason: 'voicemail', answeredBy: 'voicemail', status: 'completed' })
      expect(call.leg.hungUpAtMs).toBeLessThan(12_600)
      expect(call.events).toContainEqual(
        expect.objectContaining({ type: 'answered_by', answered_by: 'voicemail' }),
      )
    })

    test('a person who talks for long without a pause is a person', async () => {
      const call = stage({ takesTurns })
      await call.wait(400)
      await call.says('Oh hello I was just thinking of that because my sister was there last week', 9_000)
      expect(call.events).not.toContainEqual(expect.objectContaining({ answered_by: 'voicemail' }))
      call.leg.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: call.leg.positionMs })
      expect((await call.over()).outcome.answeredBy).toBe('human')
    })

    test('the words of a machine end the call, too', async () => {
      const call = stage({ takesTurns })
      await call.wait(400)
      await call.says('Hi leave a message after the tone')
      expect((await call.over()).outcome.endReason).toBe('voicemail')
    })
  },
)
