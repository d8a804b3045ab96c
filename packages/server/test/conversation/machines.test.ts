import { describe, expect, test } from 'vitest'
import { guidance } from '../../src/domain/guidance.ts'
import { type Script, wordMs } from '../scripted/voice.ts'
import { firstSentence, lines, type Stage, stage } from './stage.ts'

const message = 'This is Sarah from Bright Dental, please call us back.'
const leaveMessage = { voicemail: { action: 'leave_message', message } } as const
const greeting = 'Hi you have reached the voicemail of John please leave a message after the tone'

const messageMs = message.split(' ').length * wordMs

/** The last that the callee's side heard of us; all zero where that was nothing. */
function lastHeard(call: Stage) {
  const { text, fromMs, toMs } = call.heardByCallee().at(-1) ?? { text: '', fromMs: 0, toMs: 0 }
  return { text, fromMs, lastsMs: toMs - fromMs, hungUpAfterMs: (call.leg.hungUpAtMs ?? 0) - toMs }
}

describe.each([{ takesTurns: false }, { takesTurns: true }])(
  'a mailbox, and a voice with takesTurns $takesTurns',
  ({ takesTurns }) => {
    test('is hung up on, unless something else is asked for', async () => {
      const call = stage({ takesTurns })
      await call.wait(300)
      await call.says(greeting)
      const { outcome } = await call.over()
      expect(outcome).toMatchObject({ endReason: 'voicemail', answeredBy: 'voicemail', status: 'completed' })
      expect(call.has('voicemail_message')).toBe(false)
    })

    test('gets the message whole after the beep, and the line is hung up after its last sample', async () => {
      const call = stage({ takesTurns, plan: leaveMessage })
      await call.wait(300)
      await call.says(greeting)
      await call.wait(500)
      await call.beeps()
      const beepEndMs = call.leg.positionMs - 40
      const told = await call.over()
      const { text, fromMs, lastsMs, hungUpAfterMs } = lastHeard(call)
      expect(text).toBe(message)
      expect(fromMs).toBeGreaterThanOrEqual(beepEndMs)
      expect(fromMs).toBeLessThan(beepEndMs + 400)
      expect(lastsMs).toBe(messageMs)
      expect(hungUpAfterMs).toBeGreaterThanOrEqual(200)
      expect(hungUpAfterMs).toBeLessThan(400)
      expect(lines(told).at(-1)).toBe(`assistant: ${message}`)
      expect(told.outcome).toMatchObject({ endReason: 'voicemail', answeredBy: 'voicemail' })
      expect(
        call.events.filter(event => event.type === 'voicemail_message').map(event => event.state),
      ).toEqual(['started', 'left'])
    })

    test('without a beep gets it after a silence', async () => {
      const call = stage({ takesTurns, plan: leaveMessage })
      await call.wait(300)
      await call.says(greeting)
      const saidMs = call.leg.positionMs
      await call.over()
      const { text, fromMs } = lastHeard(call)
      expect(text).toBe(message)
      expect(fromMs - saidMs).toBeGreaterThanOrEqual(1_400)
      expect(fromMs - saidMs).toBeLessThan(2_600)
    })

    test('that beeps late hears it from the start again', async () => {
      const call = stage({ takesTurns, plan: leaveMessage })
      await call.wait(300)
      await call.says(greeting)
      await call.until(() => call.heardByCallee().at(-1)?.text === message)
      await call.wait(900)
      await call.beeps()
      const beepEndMs = call.leg.positionMs - 40
      const told = await call.over()
      const { text, fromMs, lastsMs } = lastHeard(call)
      expect(text).toBe(message)
      expect(fromMs).toBeGreaterThanOrEqual(beepEndMs)
      expect(lastsMs).toBe(messageMs)
      expect(lines(told).filter(line => line === `assistant: ${message}`)).toHaveLength(1)
    })

    test('is told the message to its end, whatever it says meanwhile', async () => {
      const call = stage({ takesTurns, plan: leaveMessage })
      await call.wait(300)
      await call.says(greeting)
      await call.wait(300)
      await call.beeps()
      await call.until(() => call.heardByCallee().at(-1)?.text === message)
      await call.says('Please speak now or press one')
      const told = await call.over()
      expect(lines(told).filter(line => line.startsWith(`assistant: ${message}`))).toEqual([
        `assistant: ${message}`,
      ])
      const begun = call.events.findIndex(event => event.type === 'voicemail_message')
      expect(call.events.slice(begun).some(event => event.type === 'interruption')).toBe(false)
    })

    test('can be talked to like anybody', async () => {
      const call = stage({ takesTurns, plan: { voicemail: { action: 'ignore' } } })
      await call.wait(300)
      await call.says(greeting)
      await call.agentAnswers()
      expect(call.ended).toBe(false)
      call.stop('now')
      expect((await call.over()).outcome.answeredBy).toBe('voicemail')
    })
  },
)

test('a beep after a long greeting that nobody understood is a mailbox', async () => {
  const call = stage({})
  await call.wait(300)
  await call.says('', 4_000)
  await call.wait(400)
  await call.beeps(1_400, 500)
  expect((await call.over()).outcome).toMatchObject({ endReason: 'voicemail', answeredBy: 'voicemail' })
})

test.each([
  ['before anybody spoke', ''],
  ['after a short hello', 'Hello?'],
])('a beep %s is no mailbox', async (_, said) => {
  const call = stage({})
  await call.wait(300)
  if (said !== '') await call.says(said)
  await call.wait(400)
  await call.beeps()
  await call.wait(3_000)
  expect(call.ended).toBe(false)
  call.stop('now')
  await call.over()
})

test('three rising tones end the call as a number that does not exist', async () => {
  const call = stage({})
  await call.wait(300)
  for (const hz of [950, 1_400, 1_800]) await call.beeps(hz, 320)
  const { outcome } = await call.over()
  expect(outcome).toMatchObject({ status: 'failed', callStatus: 'failed', answeredBy: 'unknown' })
})

test('a fax is not talked to', async () => {
  const call = stage({})
  await call.wait(300)
  await call.beeps(2_100, 2_600)
  const { outcome } = await call.over()
  expect(outcome).toMatchObject({ answeredBy: 'unknown', errorMessage: 'A fax machine answered' })
  expect(call.leg.hungUpAtMs).toBeLessThan(3_500)
})

describe('a call screener', () => {
  const screening = "Hi if you record your name and reason for calling I'll see if this person is available"
  const who = 'Sarah from Bright Dental, about your appointment.'
  const script: Script = ({ guidance: cue }) => ({ text: cue === guidance.screening ? who : 'I see.' })

  test('is told who calls and why; the person who joins hears the first sentence', async () => {
    const call = stage({ script })
    await call.wait(200)
    await call.says(screening)
    await call.until(() => call.heardByCallee().at(-1)?.text === who)
    await call.until(() => call.leg.speaker.queuedMs === 0)
    await call.wait(1_000)
    await call.says('Please stay on the line')
    await call.wait(15_000)
    expect(call.heardByCallee().at(-1)?.text).toBe(who)
    expect(call.has('silence_prompt')).toBe(false)
    await call.says('Hello?')
    await call.until(() => call.heardByCallee().at(-1)?.text === firstSentence)
    call.stop('now')
    expect((await call.over()).outcome.answeredBy).toBe('human')
  })

  test('that passes the call to a mailbox leads to the message', async () => {
    const call = stage({ script, plan: leaveMessage })
    await call.wait(200)
    await call.says(screening)
    await call.until(() => call.heardByCallee().at(-1)?.text === who)
    await call.wait(6_000)
    await call.says('This person is not available please leave a message after the tone')
    await call.wait(300)
    await call.beeps()
    const told = await call.over()
    expect(lines(told).at(-1)).toBe(`assistant: ${message}`)
    expect(told.outcome.answeredBy).toBe('voicemail')
  })

  test('is not waited for without end', async () => {
    const call = stage({ script })
    await call.wait(200)
    await call.says(screening)
    const { outcome } = await call.over()
    expect(outcome).toMatchObject({ endReason: 'silence', answeredBy: 'unknown' })
    expect(call.leg.hungUpAtMs).toBeLessThan(75_000)
  })
})

describe('an automatic menu', () => {
  const menu = 'For appointments press one, for billing press two'
  const press = { name: 'send_dtmf', arguments: '{"digits":"1"}' }

  test('is answered with keys, and a person after it is talked to', async () => {
    const script: Script = ({ heard }) => (heard === menu ? { tool: press } : { text: 'Hello, Sarah here.' })
    const call = stage({ script })
    await call.wait(200)
    await call.says(menu)
    await call.until(() => call.leg.pressed.length > 0)
    expect(call.leg.pressed).toMatchObject([{ digits: '1' }])
    await call.wait(500)
    await call.says('Please hold while I am transferring your call')
    await call.wait(40_000)
    expect(call.has('silence_prompt')).toBe(false)
    await call.says('Bright Dental front desk hello')
    await call.until(() => call.heardByCallee().at(-1)?.text === 'Hello, Sarah here.')
    call.stop('now')
    expect((await call.over()).outcome.answeredBy).toBe('ivr')
  })

  test('that says the same three times is left', async () => {
    const call = stage({ script: () => ({ text: 'Appointments.' }) })
    await call.wait(200)
    for (let round = 0; round < 3 && !call.ended; round++) {
      await call.says(menu)
      await call.wait(4_000)
    }
    expect((await call.over()).outcome).toMatchObject({
      endReason: 'agent_ended',
      answeredBy: 'ivr',
      errorMessage: 'An automatic menu went round in circles',
    })
  })
})

describe('the callee speaks first', () => {
  test.each([{ takesTurns: false }, { takesTurns: true }])(
    'and the agent at once after them, with takesTurns $takesTurns',
    async ({ takesTurns }) => {
      const call = stage({ takesTurns, plan: { waitForGreeting: true } })
      await call.wait(1_000)
      expect(call.leg.played).toEqual([])
      await call.says('Hello?', 500)
      const saidMs = call.leg.positionMs
      await call.until(() => call.leg.played.length > 0)
      expect((call.leg.played[0]?.fromMs ?? 0) - saidMs).toBeLessThanOrEqual(300)
      await call.until(() => call.leg.speaker.queuedMs === 0)
      call.stop('now')
      expect(lines(await call.over())).toEqual(['user: Hello?', `assistant: ${firstSentence}`])
    },
  )

  test('or nobody does, and then the agent', async () => {
    const call = stage({ plan: { waitForGreeting: true } })
    await call.until(() => call.leg.played.length > 0)
    expect(call.leg.played[0]?.fromMs).toBeGreaterThanOrEqual(3_000)
    expect(call.leg.played[0]?.fromMs).toBeLessThan(3_100)
    call.stop('now')
    await call.over()
  })

  test('and an agent without a first sentence opens after them', async () => {
    const script: Script = ({ guidance: cue }) => ({
      text: cue === guidance.opening ? 'Sarah here.' : 'Yes?',
    })
    const call = stage({ script, plan: { waitForGreeting: true, firstSentence: null } })
    await call.wait(800)
    await call.says('Hello?', 500)
    await call.agentAnswers()
    expect(call.heardByCallee().map(({ text }) => text)).toEqual(['Sarah here.'])
    call.stop('now')
    await call.over()
  })

  test('and a callee who hangs up before has heard nothing', async () => {
    const call = stage({ plan: { waitForGreeting: true } })
    await call.wait(1_000)
    call.leg.happens({ type: 'hung_up', by: 'callee', detail: 'BYE', atMs: call.leg.positionMs })
    const told = await call.over()
    expect(lines(told)).toEqual([])
    expect(told.outcome.answeredBy).toBe('unknown')
  })
})
