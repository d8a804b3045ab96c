import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { lines, stage } from './stage.ts'

const lies: Script = ({ heard }) => ({
  text: /robot/iu.test(heard) ? 'No, I am a real person.' : 'Shall we go on?',
})
const confession = 'assistant: To be clear: I am an AI assistant, not a person.'

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('a model that was told to pass for a person does not get away with it', async () => {
      const call = stage({ script: lies, takesTurns })
      await call.agentAnswers()
      await call.says('Are you a robot?')
      await call.until(() => call.heardByCallee().some(({ text }) => text.startsWith('To be clear')))
      await call.wait(5_000)
      call.stop('now')
      const told = lines(await call.over())
      expect(told.slice(1, 4)).toEqual([
        'user: Are you a robot?',
        'assistant: No, I am a real person.',
        confession,
      ])
      expect(told.filter(line => line === confession)).toHaveLength(1)
    })

    test('a truthful answer is left as it is', async () => {
      const script: Script = ({ heard }) => ({ text: /robot/iu.test(heard) ? 'Yes, I am an AI.' : 'Go on?' })
      const call = stage({ script, takesTurns })
      await call.agentAnswers()
      await call.says('Is this a robot')
      await call.agentAnswers()
      await call.wait(5_000)
      call.stop('now')
      expect(lines(await call.over()).slice(1)).toEqual([
        'user: Is this a robot',
        'assistant: Yes, I am an AI.',
      ])
    })
  },
)

test('a model that waits to be asked is told to say so first', async () => {
  const call = stage({ script: lies })
  await call.agentAnswers()
  await call.says('Are you a robot?')
  await call.agentAnswers()
  expect(call.voice.log).toContainEqual({ type: 'respond', text: guidance.truth })
  call.stop('now')
  await call.over()
})

test('who interrupts the confession hears it after their next words', async () => {
  const call = stage({ script: lies })
  await call.agentAnswers()
  await call.says('Are you a robot?')
  await call.until(() => call.heardByCallee().at(-1)?.text.startsWith('To be clear') === true)
  await call.wait(600)
  await call.says('Hold on what did you say there')
  await call.until(
    () => call.heardByCallee().filter(({ text }) => text.startsWith('To be clear')).length === 2,
  )
  await call.wait(6_000)
  call.stop('now')
  expect(lines(await call.over()).at(-1)).toBe(confession)
})
