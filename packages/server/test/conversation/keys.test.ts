import { describe, expect, test } from 'vitest'
import type { Script } from '../scripted/voice.ts'
import { lines, stage } from './stage.ts'

const pressing = (digits: unknown): Script => {
  return ({ heard, turn }) =>
    /menu/iu.test(heard) && turn === 1
      ? { text: 'One moment.', tool: { name: 'send_dtmf', arguments: JSON.stringify({ digits }) } }
      : { text: 'I could not press that.' }
}

describe.each([{ takesTurns: false }, { takesTurns: true }])('takesTurns $takesTurns', ({ takesTurns }) => {
  test('keys are pressed after the words that announce them', async () => {
    const call = stage({ script: pressing('1w23#'), takesTurns })
    await call.agentAnswers()
    await call.says('This is the menu')
    await call.until(() => call.has('tool_result'))
    const spokenMs = call.leg.played.at(-1)?.toMs ?? 0
    expect(call.leg.pressed).toEqual([{ digits: '1w23#', atMs: expect.any(Number) }])
    expect(call.leg.pressed[0]?.atMs).toBeGreaterThanOrEqual(spokenMs)
    expect(call.leg.pressed[0]?.atMs).toBeLessThan(spokenMs + 100)
    expect(call.events.find(event => event.type === 'tool_result')).toMatchObject({
      name: 'send_dtmf',
      ok: true,
    })
    const before = call.leg.played.length
    await call.wait(3_000)
    expect(call.leg.played.length, 'it waits for what the menu says').toBe(before)
  })

  test.each(['12x', '', 'ww', 7, '1'.repeat(65)])('%j is refused and told to the model', async digits => {
    const call = stage({ script: pressing(digits), takesTurns })
    await call.agentAnswers()
    await call.says('This is the menu')
    await call.until(() => call.heardByCallee().some(({ text }) => text === 'I could not press that.'))
    expect(call.leg.pressed).toEqual([])
    expect(call.events.find(event => event.type === 'tool_result')).toMatchObject({ ok: false })
  })
})

test('a call without keys has no such tool and presses none', async () => {
  const call = stage({ script: pressing('1'), plan: { keypad: { send: false, receive: true } } })
  await call.agentAnswers()
  await call.says('This is the menu')
  await call.until(() => call.has('tool_result'))
  expect(call.leg.pressed).toEqual([])
  expect(call.voice.log.find(({ type }) => type === 'answer_tool')?.text).toMatch(/not allowed/)
})

test('a line that can not press keys is told to the model', async () => {
  const call = stage({ script: pressing('1') })
  call.leg.keysFault = 'digits need a running stream'
  await call.agentAnswers()
  await call.says('This is the menu')
  await call.until(() => call.heardByCallee().some(({ text }) => text === 'I could not press that.'))
  expect(call.events.find(event => event.type === 'tool_result')).toMatchObject({ ok: false })
})

test.each([
  [true, 'dtmf: 42#'],
  [false, undefined],
])('received keys with receive %s', async (receive, line) => {
  const call = stage({ plan: { keypad: { send: true, receive } } })
  await call.agentAnswers()
  call.leg.press('42#')
  await call.wait(2_000)
  expect(call.events.filter(event => event.type === 'digit')).toHaveLength(3)
  expect(call.voice.log.some(({ type }) => type === 'tell')).toBe(receive)
  call.leg.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: 0 })
  expect(lines(await call.over()).find(text => text.startsWith('dtmf'))).toBe(line)
})
