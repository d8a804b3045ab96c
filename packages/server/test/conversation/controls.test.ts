import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import type { Script } from '../scripted/voice.ts'
import { lines, stage } from './stage.ts'

const disclosure = 'This is an AI assistant calling on behalf of Bright Dental, and the call is recorded.'
const sales = { name: '+14155550100', to: '+14155550100', description: null }

const script: Script = ({ guidance: cue }) => {
  if (cue === guidance.connecting) return { text: 'One moment, I will connect you.' }
  if (cue === guidance.transferFailed) return { text: 'Sorry, nobody is there.' }
  return { text: 'I see, thank you for telling me that in so many words.' }
}

describe.each([{ takesTurns: false }, { takesTurns: true }])('takesTurns $takesTurns', ({ takesTurns }) => {
  test('a line is spoken word for word after what the agent is saying', async () => {
    const call = stage({ script, takesTurns })
    await call.wait(1_500)
    expect(call.steer({ type: 'say', text: 'Your parcel has arrived.', interrupt: false })).toBeNull()
    await call.until(() => call.leg.played.length === 2)
    await call.agentAnswers().catch(() => undefined)
    const [opening, line] = call.heardByCallee()
    expect(opening?.text).toMatch(/tomorrow at three/)
    expect(line?.text).toBe('Your parcel has arrived.')
    expect(line?.fromMs).toBeGreaterThanOrEqual(opening?.toMs ?? Number.POSITIVE_INFINITY)
    expect(call.events).toContainEqual(expect.objectContaining({ type: 'control', action: 'say' }))
  })

  test('or at once in its place', async () => {
    const call = stage({ script, takesTurns })
    await call.wait(2_000)
    expect(call.steer({ type: 'say', text: 'Stop, please.', interrupt: true })).toBeNull()
    await call.until(() => call.leg.played.length === 2)
    const [opening, line] = call.heardByCallee()
    expect(opening?.toMs).toBeLessThan(2_100)
    expect(line).toMatchObject({ text: 'Stop, please.' })
    expect(line?.fromMs).toBeLessThan(2_500)
  })

  test('guidance reaches the model and nobody hears it', async () => {
    const call = stage({ script, takesTurns })
    await call.agentAnswers()
    expect(call.steer({ type: 'instruct', text: 'Offer ten percent off.' })).toBeNull()
    await call.says('That is too expensive')
    await call.agentAnswers()
    const told = call.voice.log.find(({ type }) => type === 'instruct')
    expect(told?.text).toMatch(/Never read it out.*Offer ten percent off\.$/)
    expect(call.heardByCallee().map(({ text }) => text)).not.toContainEqual(
      expect.stringContaining('percent'),
    )
    expect(call.voice.log.filter(({ type }) => type === 'say')).toHaveLength(1)
  })

  test('the callee is moved to a number that the agent never knew, and told so', async () => {
    const call = stage({ script, takesTurns })
    await call.wait(2_000)
    expect(call.steer({ type: 'transfer', to: sales, summary: null })).toBeNull()
    expect(call.steer({ type: 'transfer', to: sales, summary: null })).toMatch(/under way/)
    await call.until(() => call.transfers.length > 0)
    expect(call.heardByCallee().at(-1)?.text).toBe('One moment, I will connect you.')
    expect(call.steer({ type: 'say', text: 'Hello.', interrupt: false })).toMatch(/being connected/)
    call.transferred.resolve({ done: 'platform' })
    expect((await call.over()).outcome.endReason).toBe('transferred')
    expect(call.events).toContainEqual(
      expect.objectContaining({ type: 'control_result', action: 'transfer', ok: true }),
    )
    expect(call.has('tool_result')).toBe(false)
  })

  test('a transfer in vain is told, and the agent goes on', async () => {
    const call = stage({ script, takesTurns })
    await call.agentAnswers()
    call.steer({ type: 'transfer', to: sales, summary: 'They want a price.' })
    await call.until(() => call.transfers.length > 0)
    expect(call.transfers).toEqual(['+14155550100: They want a price.'])
    call.transferred.resolve({ done: 'failed', reason: 'Nobody could be reached: busy' })
    await call.agentAnswers()
    expect(call.heardByCallee().at(-1)?.text).toBe('Sorry, nobody is there.')
    expect(call.events).toContainEqual(
      expect.objectContaining({ type: 'control_result', ok: false, detail: 'Nobody could be reached: busy' }),
    )
  })

  test('keys are pressed once the agent is silent, also where it may press none itself', async () => {
    const call = stage({ script, takesTurns, plan: { keypad: { send: false, receive: true } } })
    await call.wait(1_000)
    expect(call.steer({ type: 'dtmf', digits: '12w#' })).toBeNull()
    expect(call.steer({ type: 'dtmf', digits: '3' })).toMatch(/still being pressed/)
    await call.until(() => call.leg.pressed.length > 0)
    expect(call.leg.pressed[0]?.digits).toBe('12w#')
    expect(call.leg.pressed[0]?.atMs).toBeGreaterThanOrEqual(call.heardByCallee()[0]?.toMs ?? 0)
    await call.until(() => call.has('control_result'))
    expect(call.steer({ type: 'dtmf', digits: '3' })).toBeNull()
  })
})

test('an answer that the callee waits for comes before a line', async () => {
  const call = stage({ script })
  await call.agentAnswers()
  await call.says('What do I have to bring')
  expect(call.steer({ type: 'say', text: 'By the way, we moved.', interrupt: false })).toBeNull()
  await call.until(() => call.heardByCallee().some(({ text }) => text === 'By the way, we moved.'))
  const said = call.heardByCallee().map(({ text }) => text)
  expect(said.slice(1)).toEqual([
    'I see, thank you for telling me that in so many words.',
    'By the way, we moved.',
  ])
})

test.each([
  { type: 'say', text: 'Stop.', interrupt: true } as const,
  { type: 'transfer', to: sales, summary: null } as const,
])('what the callee must be told first is said to its end: $type', async wish => {
  const call = stage({ script, plan: { disclosure } })
  await call.wait(1_000)
  expect(call.steer(wish)).toBeNull()
  await call.until(() => call.leg.played.length === 2)
  const conversation = call.heardByCallee()
  expect(conversation[0]).toMatchObject({ text: disclosure })
  expect((conversation[0]?.toMs ?? 0) - (conversation[0]?.fromMs ?? 0)).toBeGreaterThan(4_000)
})

test('nothing is taken once the agent says goodbye', async () => {
  const call = stage({ script })
  await call.agentAnswers()
  call.stop('farewell')
  for (const wish of [
    { type: 'say', text: 'Wait.', interrupt: true },
    { type: 'instruct', text: 'Wait.' },
    { type: 'dtmf', digits: '1' },
  ] as const)
    expect(call.steer(wish)).toBe('The call is ending')
  expect(lines(await call.over())).not.toContain('assistant: Wait.')
})
