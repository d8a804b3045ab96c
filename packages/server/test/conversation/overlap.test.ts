import { describe, expect, test } from 'vitest'
import type { Script } from '../scripted/voice.ts'
import { firstSentence, lines, type Stage, stage } from './stage.ts'

const script: Script = ({ heard }) => ({ text: `You said ${heard || 'nothing'}.` })
const statement = 'Our office is open from nine until five on every day of the week except Sundays.'
const question = 'I can offer you Monday at three. Would that suit you, or should I look for another day?'

/** The callee makes a sound two seconds into the opening. */
async function over(options: {
  say: string
  text: string
  lastsMs?: number
  takesTurns?: boolean
  needsWords?: boolean
}) {
  const { say, text, lastsMs, takesTurns = false, needsWords = !takesTurns } = options
  const call = stage({ script, takesTurns, needsWords, plan: { firstSentence: say } })
  await call.wait(2_000)
  await (lastsMs === undefined ? call.says(text) : call.says(text, lastsMs))
  return call
}

/** How much of the opening was heard, in milliseconds. */
function openingMs(call: Stage, text: string): number {
  return call
    .heardByCallee()
    .filter(played => played.text === text)
    .reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
}

async function closed(call: Stage): Promise<string[]> {
  call.stop('now')
  return lines(await call.over())
}

describe.each([
  { takesTurns: false, needsWords: true },
  { takesTurns: false, needsWords: false },
  { takesTurns: true, needsWords: false },
])('over the agent, with takesTurns $takesTurns, needsWords $needsWords', ({ takesTurns, needsWords }) => {
  test.each(['uh-huh', 'yeah', 'mm', 'ok'])(
    '"%s" turns it down and up again, and stops nothing',
    async text => {
      const call = await over({ say: statement, text, lastsMs: 350, takesTurns, needsWords })
      await call.wait(6_000)
      expect(call.leg.gains.map(({ db }) => db)).toEqual([-15, 0])
      const [down, up] = call.leg.gains
      expect(down?.atMs).toBeLessThanOrEqual(2_080)
      expect(up?.atMs).toBeLessThanOrEqual(2_960)
      expect(call.has('interruption')).toBe(false)
      expect(call.has('backchannel')).toBe(true)
      expect(call.heardByCallee()).toHaveLength(1)
      const told = await closed(call)
      expect(told).toContain(`assistant: ${statement}`)
      expect(told).toContain(`user: ${text}`)
    },
  )

  test('a cough is forgotten', async () => {
    const call = await over({ say: statement, text: '', lastsMs: 200, takesTurns: false })
    await call.wait(6_000)
    expect(call.leg.gains.map(({ db }) => db)).toEqual([-15, 0])
    expect(await closed(call)).toEqual([`assistant: ${statement}`])
  })

  test('a sound is not taken for a longer one while it is doubtful whether it is over', async () => {
    const call = await over({ say: statement, text: '', lastsMs: 460, takesTurns, needsWords })
    await call.wait(3_000)
    expect(call.has('interruption')).toBe(false)
    expect(call.leg.gains.map(({ db }) => db)).toEqual([-15, 0])
    await closed(call)
  })

  test('words stop it, and are answered', async () => {
    const call = await over({ say: statement, text: 'Wait a moment please', takesTurns, needsWords })
    await call.agentAnswers()
    expect(openingMs(call, statement)).toBeLessThanOrEqual(2_600)
    expect(call.leg.gains.at(-1)?.db).toBe(0)
    const told = await closed(call)
    expect(told[0]).toMatch(/^assistant: Our office .* --$/u)
    expect(told.slice(1)).toEqual(['user: Wait a moment please', 'assistant: You said Wait a moment please.'])
  })
})

test('"yes" after a question is its answer', async () => {
  const call = stage({ script, plan: { firstSentence: question } })
  await call.wait(3_900)
  await call.says('Yes', 350)
  await call.agentAnswers()
  expect(openingMs(call, question)).toBeLessThan(4_900)
  expect((await closed(call)).at(-1)).toBe('assistant: You said Yes.')
})

test('a long sound without words stops the agent, which goes on where it stopped', async () => {
  const call = await over({ say: firstSentence, text: '', lastsMs: 1_200 })
  await call.wait(8_000)
  expect(call.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['interruption', 'resumed']))
  const all = firstSentence.split(' ').length * 300
  expect(openingMs(call, firstSentence)).toBeGreaterThanOrEqual(all)
  expect(openingMs(call, firstSentence)).toBeLessThanOrEqual(all + 440)
  expect(call.heardByCallee().map(({ text }) => text)).toEqual([firstSentence, firstSentence])
  expect(call.voice.log.filter(({ type }) => type !== 'say')).toEqual([])
  expect(await closed(call)).toEqual([`assistant: ${firstSentence}`])
})

test('a call that is not to be interrupted is not', async () => {
  const call = stage({
    script,
    plan: { firstSentence: statement, interruption: { enabled: false, minSpeechMs: 200 } },
  })
  await call.wait(2_000)
  await call.says('Wait a moment please')
  await call.wait(5_000)
  expect(call.leg.gains).toEqual([])
  expect(await closed(call)).toContain(`assistant: ${statement}`)
})

test('speech shorter than asked for stops nothing', async () => {
  const call = stage({
    script,
    plan: { firstSentence: statement, interruption: { enabled: true, minSpeechMs: 2_000 } },
  })
  await call.wait(2_000)
  await call.says('Wait a moment please')
  await call.wait(5_000)
  expect(await closed(call)).toContain(`assistant: ${statement}`)
})

test('a cough while the agent thinks costs nothing', async () => {
  const slow: Script = () => ({ text: 'I see.', thinkMs: 1_000 })
  const call = stage({ script: slow })
  await call.agentAnswers()
  await call.says('Tell me more please')
  await call.until(() => call.voice.log.some(({ type }) => type === 'respond'))
  await call.says('', 200)
  await call.agentAnswers()
  expect(call.voice.log.filter(({ type }) => type === 'respond')).toHaveLength(1)
  expect(call.heardByCallee().at(-1)?.text).toBe('I see.')
  await closed(call)
})

test('an acknowledgement over an answer is answered by no voice', async () => {
  const long = 'Our office is open from nine until five on every day of the week except Sundays.'
  const call = stage({ script: ({ turn }) => ({ text: turn === 1 ? long : 'What?' }), takesTurns: true })
  await call.agentAnswers()
  await call.says('Tell me more please')
  await call.until(() => call.heardByCallee().at(-1)?.text === long)
  await call.wait(2_000)
  await call.says('uh-huh', 350)
  await call.wait(6_000)
  expect(call.heardByCallee().at(-1)?.text).toBe(long)
  expect(call.voice.log.filter(({ type }) => type === 'interrupt')).toHaveLength(1)
  await closed(call)
})

test('one short word whose text comes late stops the agent, and is answered at once', async () => {
  const long = 'Our office is open from nine until five on every day of the week except Sundays.'
  const call = stage({ script: ({ turn }) => ({ text: turn === 1 ? long : 'Yes?' }), takesTurns: true })
  await call.agentAnswers()
  await call.says('Tell me more please')
  await call.until(() => call.heardByCallee().at(-1)?.text === long)
  await call.wait(2_000)
  call.voice.silentPartials = true
  await call.says('Stop', 300)
  await call.wait(1_500)
  expect(call.heardByCallee().at(-1)?.text).toBe('Yes?')
  await closed(call)
})

test('at the end the meetings of both sides are told', async () => {
  const call = await over({ say: statement, text: 'uh-huh', lastsMs: 350 })
  await call.wait(1_000)
  await call.says('Wait a moment please')
  await call.agentAnswers()
  await closed(call)
  expect(call.events.find(({ type }) => type === 'turn_taking')).toMatchObject({
    overlaps: 2,
    interruptions: 1,
    backchannels: 1,
    false_stops: 0,
    cut_offs: 0,
  })
})
