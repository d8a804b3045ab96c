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
        9_000,
      )
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({ endReason: 'voicemail', answeredBy: 'voicemail', status: 'completed' })
      expect(call.leg.hungUpAtMs).toBeLessThan(6_600)
      expect(call.events).toContainEqual(
        expect.objectContaining({ type: 'answered_by', answered_by: 'voicemail' }),
      )
    })

    test('the words of a machine end the call, too', async () => {
      const call = stage({ takesTurns })
      await call.wait(400)
      await call.says('Hi leave a message after the tone')
      expect((await call.over()).outcome.endReason).toBe('voicemail')
    })
  },
)
