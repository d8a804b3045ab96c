import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { confirming } from './scripts.ts'
import { firstSentence, lines, stage } from './stage.ts'

describe.each([
  { takesTurns: false, needsWords: true },
  { takesTurns: false, needsWords: false },
  { takesTurns: true, needsWords: false },
])('a voice with takesTurns $takesTurns, needsWords $needsWords', ({ takesTurns, needsWords }) => {
  test('the callee interrupts the first sentence', async () => {
    const call = stage({ script: confirming, takesTurns, needsWords })
    await call.wait(2_000)
    await call.says('Who is this')
    const [opening] = call.heardByCallee()
    expect(opening?.toMs).toBeLessThanOrEqual(2_520)
    expect(call.leg.gains[0]).toMatchObject({ db: -15 })
    expect(call.leg.gains[0]?.atMs).toBeLessThanOrEqual(2_080)
    await call.agentAnswers()
    await call.says('Yes that works')
    const told = lines(await call.over())
    expect(told[0]).toMatch(/^assistant: Hi John, this is Sarah.* --$/u)
    expect(told[0]?.length).toBeLessThan(firstSentence.length)
    expect(told.slice(1, 3)).toEqual([
      'user: Who is this',
      'assistant: Sorry, does tomorrow at three work for you?',
    ])
    expect(call.voice.log.find(entry => entry.type === 'interrupt')).toMatchObject({ text: 'opening' })
    expect(call.has('interruption')).toBe(true)
  })

  test('a hello in the first second does not stop the first sentence', async () => {
    const call = stage({ script: confirming, takesTurns, needsWords })
    await call.wait(300)
    await call.says('Hello?')
    await call.wait(8_000)
    expect(call.heardByCallee().map(({ text }) => text)).toEqual([firstSentence])
    await call.says('Yes sure')
    expect(lines(await call.over())[0]).toBe(`assistant: ${firstSentence}`)
  })

  test('who goes on talking past the first second gets the floor', async () => {
    const call = stage({ script: confirming, takesTurns, needsWords })
    await call.wait(600)
    await call.says('No wait please who are you')
    expect(call.heardByCallee()[0]?.toMs).toBeLessThanOrEqual(1_300)
    call.stop('now')
    await call.over()
  })

  test('what is left of an interrupted reply is never played', async () => {
    const long = 'Let me tell you a very long story about all the things that we could do for you.'
    const script: Script = ({ turn }) => ({ text: turn === 1 ? long : 'All right.' })
    const call = stage({ script, takesTurns, needsWords })
    call.voice.lateAudio = true
    await call.agentAnswers()
    await call.says('Tell me')
    await call.until(() => call.heardByCallee().at(-1)?.text === long)
    await call.wait(300)
    await call.says('Stop it please')
    await call.wait(5_000)
    const stories = call.heardByCallee().filter(({ text }) => text === long)
    expect(stories).toHaveLength(1)
    expect((stories[0]?.toMs ?? 0) - (stories[0]?.fromMs ?? 0)).toBeLessThanOrEqual(820)
    call.stop('now')
    await call.over()
  })

  test('without a first sentence the agent opens by itself', async () => {
    const script: Script = ({ guidance: cue }) => ({
      text: cue === guidance.opening ? 'Hello, Sarah here.' : 'Yes?',
    })
    const call = stage({ script, takesTurns, needsWords, plan: { firstSentence: null } })
    await call.agentAnswers()
    expect(call.heardByCallee()[0]).toMatchObject({ text: 'Hello, Sarah here.' })
    call.stop('now')
    await call.over()
  })

  test('speech that nobody understood is asked about', async () => {
    const script: Script = ({ guidance: cue, heard }) =>
      cue === guidance.notUnderstood || heard === '' ? { text: 'Pardon?' } : { text: 'I see.' }
    const call = stage({ script, takesTurns, needsWords })
    await call.agentAnswers()
    await call.says('', 800)
    await call.agentAnswers()
    await call.wait(1_000)
    expect(call.heardByCallee().at(-1)?.text).toBe('Pardon?')
    call.stop('now')
    expect(lines(await call.over())).toEqual([`assistant: ${firstSentence}`, 'assistant: Pardon?'])
  })

  test('pressed keys are one number for the agent', async () => {
    const call = stage({ script: () => ({ text: 'Thank you, I have noted it.' }), takesTurns, needsWords })
    await call.agentAnswers()
    call.leg.press('12')
    await call.wait(1_000)
    call.leg.press('34')
    await call.agentAnswers()
    call.leg.press('5#')
    await call.agentAnswers()
    call.stop('now')
    const conversation = await call.over()
    expect(lines(conversation).slice(1)).toEqual([
      'dtmf: 1234',
      'assistant: Thank you, I have noted it.',
      'dtmf: 5#',
      'assistant: Thank you, I have noted it.',
    ])
    expect(call.voice.log.filter(entry => entry.type === 'tell')[0]?.text).toContain('1234')
  })
})

test('an unfinished sentence is waited for', async () => {
  const call = stage({ script: () => ({ text: 'I see.' }) })
  await call.agentAnswers()
  await call.says('I would like to')
  await call.wait(1_500)
  expect(call.voice.log.filter(entry => entry.type === 'respond')).toHaveLength(0)
  await call.says('come on Friday')
  await call.agentAnswers()
  expect(call.voice.log.filter(entry => entry.type === 'respond')).toHaveLength(1)
  call.stop('now')
  await call.over()
})

test('a voice that answers while the callee goes on is not let', async () => {
  const call = stage({ script: ({ heard }) => ({ text: `You said: ${heard}` }), takesTurns: true })
  call.voice.answersOnWords = true
  await call.wait(5_000)
  await call.says('Yes I think')
  await call.wait(350)
  await call.says('that it works')
  await call.wait(6_000)
  expect(call.heardByCallee().map(({ text }) => text)).toEqual([firstSentence, 'You said: that it works'])
  call.stop('now')
  await call.over()
})

test.each([
  [true, 100],
  [false, 2_400],
])('a turn that is found over (%s) is answered within %d ms, however it looks', async (turnOver, ms) => {
  const call = stage({ script: confirming })
  await call.agentAnswers()
  const startMs = call.leg.positionMs
  call.voice.emit({ type: 'speech_started', atMs: startMs })
  await call.wait(600)
  const endMs = call.leg.positionMs
  call.voice.emit({ type: 'speech_stopped', atMs: endMs })
  call.voice.emit({ type: 'heard', turnId: 't', text: 'I think so', final: true, startMs, endMs, turnOver })
  const asked = () => call.voice.log.filter(({ type }) => type === 'respond').length
  await call.until(() => asked() > 0)
  expect(call.leg.positionMs - endMs).toBeLessThanOrEqual(ms + 200)
  expect(call.leg.positionMs - endMs).toBeGreaterThanOrEqual(ms - 100)
  call.stop('now')
  await call.over()
})
