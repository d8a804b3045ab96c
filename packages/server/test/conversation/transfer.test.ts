import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { lines, stage } from './stage.ts'

const destinations = [{ name: 'Sales', to: '+14155550100', description: 'prices' }]
const transfer = { destinations, mode: 'cold', briefing: null } as const

function connecting(words: string | null, destination = 'sales'): Script {
  return ({ guidance: cue, heard }) => {
    if (cue === guidance.connecting) return { text: 'One moment, I will connect you.' }
    if (cue === guidance.transferFailed) return { text: 'Sorry, nobody is there.' }
    const tool = { name: 'transfer_call', arguments: JSON.stringify({ destination }) }
    if (/sales/iu.test(heard)) return words === null ? { tool } : { text: words, tool }
    return { text: 'I see.' }
  }
}

describe.each([{ takesTurns: false }, { takesTurns: true }])('takesTurns $takesTurns', ({ takesTurns }) => {
  test.each([
    ['Connecting you now.', 'Connecting you now.'],
    [null, 'One moment, I will connect you.'],
  ])('the callee is told with %j, then connected', async (words, said) => {
    const call = stage({ script: connecting(words), takesTurns, plan: { transfer } })
    await call.agentAnswers()
    await call.says('Sales please')
    await call.until(() => call.transfers.length > 0)
    expect(call.transfers).toEqual(['Sales'])
    expect(call.heardByCallee().at(-1)?.text).toBe(said)
    call.transferred.resolve({ done: 'platform' })
    const conversation = await call.over()
    expect(conversation.outcome).toMatchObject({ status: 'completed', endReason: 'transferred' })
    expect(call.leg.hungUpAtMs, 'the line goes on without the agent').toBeNull()
    expect(call.events.find(event => event.type === 'transferred')).toMatchObject({
      destination: 'Sales',
      by: 'platform',
    })
    expect(lines(conversation)).toContain(`assistant: ${said}`)
  })

  test('while somebody is being reached the agent is silent, also when the callee speaks', async () => {
    const call = stage({ script: connecting(null), takesTurns, plan: { transfer } })
    await call.agentAnswers()
    await call.says('Sales please')
    await call.until(() => call.transfers.length > 0)
    const before = call.leg.played.length
    await call.says('Hello are you still there')
    await call.wait(24_000)
    expect(call.leg.played.length).toBe(before)
    expect(call.has('silence_prompt')).toBe(false)
    call.transferred.resolve({ done: 'failed', reason: 'Nobody could be reached: no-answer' })
    await call.agentAnswers()
    expect(call.heardByCallee().at(-1)?.text).toBe('Sorry, nobody is there.')
    expect(call.has('silence_prompt')).toBe(false)
    expect(call.ended).toBe(false)
    expect(call.events.find(event => event.type === 'tool_result')).toMatchObject({ ok: false })
  })

  test('a callee who hangs up meanwhile ends the call', async () => {
    const call = stage({ script: connecting(null), takesTurns, plan: { transfer } })
    await call.agentAnswers()
    await call.says('Sales please')
    await call.until(() => call.transfers.length > 0)
    call.leg.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: call.leg.positionMs })
    expect((await call.over()).outcome.endReason).toBe('callee_hung_up')
  })

  test('a network that took the callee over needs no line of ours', async () => {
    const call = stage({ script: connecting(null), takesTurns, plan: { transfer } })
    await call.agentAnswers()
    await call.says('Sales please')
    await call.until(() => call.transfers.length > 0)
    call.transferred.resolve({ done: 'network' })
    expect((await call.over()).outcome.endReason).toBe('transferred')
    expect(call.leg.hungUpAtMs).not.toBeNull()
  })
})

test.each([
  { plan: { transfer }, destination: '+33123456789', answer: /no such destination/ },
  { plan: {}, destination: 'sales', answer: /nobody/ },
])('a destination that nobody configured is refused: $destination', async wrong => {
  const call = stage({ script: connecting(null, wrong.destination), plan: wrong.plan })
  await call.agentAnswers()
  await call.says('Sales please')
  await call.until(() => call.has('tool_result'))
  expect(call.voice.log.find(({ type }) => type === 'answer_tool')?.text).toMatch(wrong.answer)
  await call.wait(5_000)
  expect(call.transfers).toEqual([])
})

test.each([
  [{ destination: 'Sales' }, null, /summary/],
  [{ destination: 'Sales', summary: 'x'.repeat(501) }, null, /summary/],
  [{ destination: 'Sales', summary: ' He asks for a price. ' }, 'Sales: He asks for a price.', null],
])('a warm transfer needs something to tell: %j', async (...[given, wished, answer]) => {
  const tool = { name: 'transfer_call', arguments: JSON.stringify(given) }
  const script: Script = ({ turn }) => (turn === 1 ? { text: 'One moment.', tool } : { text: 'I see.' })
  const call = stage({ script, plan: { transfer: { ...transfer, mode: 'warm' } } })
  await call.agentAnswers()
  await call.says('Sales please')
  await call.until(() => call.transfers.length > 0 || call.has('tool_result'))
  expect(call.transfers).toEqual(wished === null ? [] : [wished])
  if (answer) expect(call.voice.log.find(({ type }) => type === 'answer_tool')?.text).toMatch(answer)
})
