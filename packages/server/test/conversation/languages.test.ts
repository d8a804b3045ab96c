import { expect, test } from 'vitest'
import { composePrompt } from '../../src/conversation/prompt.ts'
import { toolsFor } from '../../src/conversation/tools/definitions.ts'
import type { Script } from '../scripted/voice.ts'
import { plan, type Stage, stage } from './stage.ts'

const bilingual = { otherLanguages: ['es-ES', 'fr-FR'] }

/** Changes to the language that it hears named, and talks on. */
const follower: Script = ({ heard, turn }) => {
  const wanted = /(es-ES|fr-FR|en-US|de-DE)$/u.exec(heard)?.[1]
  if (wanted === undefined || turn > 2) return { text: 'De acuerdo.' }
  return {
    text: 'One moment.',
    tool: { name: 'switch_language', arguments: JSON.stringify({ language: wanted }) },
  }
}

const told = (call: Stage, type: string) =>
  call.voice.log.filter(entry => entry.type === type).map(({ text }) => text)

async function askedFor(language: string) {
  const call = stage({ script: follower, plan: bilingual })
  await call.agentAnswers()
  await call.says(`Please speak ${language}`)
  await call.until(() => call.has('tool_call'))
  return call
}

/** How long "yo quiero", which no Spanish sentence ends with, waits for its answer. */
async function patienceMs(call: Stage) {
  await call.agentAnswers()
  const asked = told(call, 'respond').length
  await call.says('yo quiero')
  const endMs = call.leg.positionMs
  await call.until(() => told(call, 'respond').length > asked)
  return call.leg.positionMs - endMs
}

test('the language is changed, and all that goes by it follows', async () => {
  const call = await askedFor('es-ES')
  await call.until(() => call.voice.switching !== null)
  expect(told(call, 'switch_language')).toEqual(['es-ES'])
  expect(told(call, 'answer_tool')).toEqual([])
  call.voice.switching?.resolve()
  await call.until(() => told(call, 'answer_tool').length > 0)
  expect(told(call, 'answer_tool')).toEqual(['{"ok":true}'])
  expect(told(call, 'instruct').at(-1)).toContain('European Spanish (es-ES)')
  expect(await patienceMs(call)).toBeGreaterThan(2_000)
  call.stop('now')
  const { transcript } = await call.over()
  expect(transcript.map(({ text }) => text)).toContain('yo quiero')
})

test('a change that fails leaves everything as it was, and the model knows', async () => {
  const call = await askedFor('es-ES')
  await call.until(() => call.voice.switching !== null)
  call.voice.switching?.reject(new Error('nobody there'))
  await call.until(() => told(call, 'answer_tool').length > 0)
  expect(told(call, 'answer_tool')[0]).toContain('still held in American English (en-US)')
  expect(told(call, 'instruct')).toEqual([])
  expect(call.events).toContainEqual(
    expect.objectContaining({
      type: 'fault',
      source: 'voice',
      detail: 'Changing the language: nobody there',
    }),
  )
  expect(await patienceMs(call)).toBeLessThan(1_000)
  call.stop('now')
  await call.over()
})

test.each([
  ['de-DE', 'must be one of: en-US, es-ES, fr-FR'],
  ['en-US', 'held in American English (en-US) already'],
])('%s is refused', async (language, fault) => {
  const call = await askedFor(language)
  await call.until(() => told(call, 'answer_tool').length > 0)
  expect(told(call, 'answer_tool')[0]).toContain(fault)
  expect(call.voice.switching).toBeNull()
  call.stop('now')
  await call.over()
})

test('what the callee is saying is heard to its end before', async () => {
  const call = stage({ script: follower, plan: bilingual, settings: { interruptible: false } })
  await call.agentAnswers()
  await call.says('Please speak es-ES')
  await call.until(() => call.voice.log.some(({ type }) => type === 'respond'))
  const saying = call.says('and I should like to say one thing more before that')
  await call.until(() => call.has('tool_call'))
  expect(call.voice.switching).toBeNull()
  await saying
  await call.until(() => call.voice.switching !== null)
  expect(call.events.filter(({ type }) => type === 'transcript').length).toBeGreaterThan(2)
  call.stop('now')
  await call.over()
})

test('it is offered where there are other languages', () => {
  expect(composePrompt({ ...plan, ...bilingual }, { now: 0 })).toContain('- switch_language: ')
  expect(composePrompt(plan, { now: 0 })).not.toContain('switch_language')
  const tool = toolsFor({ ...plan, ...bilingual }).find(({ name }) => name === 'switch_language')
  expect(tool?.parameters).toMatchObject({ properties: { language: { enum: ['en-US', 'es-ES', 'fr-FR'] } } })
})
