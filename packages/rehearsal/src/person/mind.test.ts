import { describe, expect, test } from 'vitest'
import { freshMind, think, type Act, type MindEvent } from './mind.ts'
import { readPersona, type Persona } from './persona.ts'

const persona = (more: object): Persona => readPersona({ name: 'test', ...more }, 'test')

/** Plays events, with a tick every 100 ms between them, and tells who did what when. */
function play(who: Persona, events: MindEvent[], untilMs: number): string[] {
  const done: string[] = []
  let mind = freshMind
  const feed = (event: MindEvent): void => {
    const [next, acts] = think(who, mind, event)
    mind = next
    for (const act of acts) done.push(`${event.atMs} ${inWords(act)}`)
  }
  for (let atMs = 0; atMs <= untilMs; atMs += 100) {
    for (const event of events) if (event.atMs >= atMs && event.atMs < atMs + 100) feed(event)
    feed({ type: 'tick', atMs })
  }
  return done
}

const inWords = (act: Act): string =>
  act.type === 'perform' ? (act.line.say ?? act.line.digits ?? 'beep') : act.type

const agentTurn = (from: number, to: number, text: string): MindEvent[] => [
  { type: 'agent_started', atMs: from },
  { type: 'recognised', atMs: to - 200, text },
  { type: 'agent_stopped', atMs: to },
]

const greeter = persona({ rules: [{ when: { hears: 'greeting' }, say: 'yes' }] })

describe('reacting to the agent', () => {
  test('answers the greeting once the agent has stopped', () => {
    expect(play(greeter, agentTurn(200, 3_000, 'hi this is sarah'), 6_000)).toEqual(['3000 yes'])
  })

  test('waits for the words when they come late', () => {
    const who = persona({ rules: [{ when: { hears: ['sarah'] }, say: 'hi sarah' }] })
    const events: MindEvent[] = [
      { type: 'agent_started', atMs: 100 },
      { type: 'agent_stopped', atMs: 1_000 },
      { type: 'recognised', atMs: 1_500, text: 'this is Sarah.' },
    ]
    expect(play(who, events, 5_000)).toEqual(['1500 hi sarah'])
  })

  test('reacts to a turn that could not be made out', () => {
    const events: MindEvent[] = [
      { type: 'agent_started', atMs: 100 },
      { type: 'agent_stopped', atMs: 1_000 },
      { type: 'recognised', atMs: 1_400, text: ' . ' },
    ]
    expect(play(greeter, events, 5_000)).toEqual(['1400 yes'])
  })

  test('does not wait for ever for words that never come', () => {
    const events: MindEvent[] = [
      { type: 'agent_started', atMs: 100 },
      { type: 'agent_stopped', atMs: 1_000 },
    ]
    expect(play(greeter, events, 5_000)).toEqual(['3000 yes'])
  })

  test('gives the floor back when the agent goes on while the person thinks', () => {
    const who = persona({ rules: [{ when: { hears: ['three'], after_ms: 1_000 }, say: 'three is fine' }] })
    const events = [...agentTurn(0, 1_000, 'at three'), ...agentTurn(1_500, 2_500, 'o clock')]
    expect(play(who, events, 6_000)).toEqual(['3500 three is fine'])
  })

  test('takes rules by the number of the turn, each once', () => {
    const who = persona({
      rules: [
        { when: { hears: ['time'] }, say: 'at two' },
        { when: { hears: 'anything', nth: 2 }, say: 'second' },
      ],
    })
    const events: MindEvent[] = [
      ...agentTurn(0, 1_000, 'what time'),
      { type: 'spoke', atMs: 2_000 },
      ...agentTurn(3_000, 4_000, 'what time'),
      { type: 'spoke', atMs: 5_000 },
      ...agentTurn(6_000, 7_000, 'what time'),
    ]
    expect(play(who, events, 9_000)).toEqual(['1000 at two', '4000 second'])
  })

  test('a repeated event changes nothing', () => {
    const [mind] = think(greeter, freshMind, { type: 'agent_stopped', atMs: 100 })
    expect(mind).toBe(freshMind)
    expect(think(greeter, freshMind, { type: 'spoke', atMs: 100 })[0]).toBe(freshMind)
  })
})

describe('interrupting', () => {
  const who = persona({
    interrupt: { after_ms: 1_500, say: 'wait' },
    rules: [
      { when: { hears: 'greeting' }, say: 'never' },
      { when: { hears: 'anything', nth: 2 }, say: 'ah, yes' },
    ],
  })

  test('talks into the first sentence, and does not answer what it cut off', () => {
    const events: MindEvent[] = [
      { type: 'agent_started', atMs: 400 },
      { type: 'spoke', atMs: 2_600 },
      { type: 'agent_stopped', atMs: 3_000 },
      { type: 'recognised', atMs: 3_200, text: 'this is' },
      ...agentTurn(4_000, 5_000, 'it is sarah'),
    ]
    expect(play(who, events, 8_000)).toEqual(['1900 wait', '5000 ah, yes'])
  })

  test('there is nothing to interrupt when the agent has already stopped', () => {
    expect(play(who, agentTurn(400, 1_000, 'hi'), 4_000)).toEqual(['1000 never'])
  })
})

describe('opening, silence and leaving', () => {
  test('a machine says its greeting whole and beeps, whatever the agent does meanwhile', () => {
    const who = persona({
      opening: { after_ms: 300, say: 'leave a message', beep: { hz: 1_000, ms: 500 } },
      rules: [{ when: { hears: 'silence', after_ms: 2_000 }, next: 'hang_up' }],
    })
    const events: MindEvent[] = [...agentTurn(500, 1_000, 'hello'), { type: 'spoke', atMs: 3_000 }]
    expect(play(who, events, 8_000)).toEqual(['300 leave a message', '5000 hang_up'])
  })

  test.each([
    ['hang_up', '2000 hang_up'],
    ['vanish', '2000 vanish'],
  ])('%s comes after the line has been heard', (next, last) => {
    const who = persona({ rules: [{ when: { hears: 'greeting' }, say: 'bye', next }] })
    const events: MindEvent[] = [...agentTurn(0, 1_000, 'hello'), { type: 'spoke', atMs: 2_000 }]
    expect(play(who, events, 9_000)).toEqual(['1000 bye', last])
  })

  test('stays silent for good after saying so', () => {
    const who = persona({
      rules: [
        { when: { hears: 'greeting' }, say: 'bye', next: 'stay_silent' },
        { when: { hears: 'anything' }, say: 'never' },
        { when: { hears: 'silence', after_ms: 500 }, say: 'never' },
      ],
    })
    const events: MindEvent[] = [
      ...agentTurn(0, 1_000, 'hello'),
      { type: 'spoke', atMs: 2_000 },
      ...agentTurn(3_000, 4_000, 'hello'),
    ]
    expect(play(who, events, 9_000)).toEqual(['1000 bye'])
  })

  test('silence counts from the last word of either side', () => {
    const who = persona({ rules: [{ when: { hears: 'silence', after_ms: 2_000 }, say: 'hello?', times: 2 }] })
    const events: MindEvent[] = [...agentTurn(500, 1_000, 'well'), { type: 'spoke', atMs: 4_000 }]
    expect(play(who, events, 6_500)).toEqual(['3000 hello?', '6000 hello?'])
  })

  test.each([
    [{ hang_up: { after_ms: 1_500 } }, '1500 hang_up'],
    [{ vanish: { after_ms: 1_500 } }, '1500 vanish'],
    [{ max_call_ms: 1_500 }, '1500 hang_up'],
  ])('leaves by the clock: %o', (more, last) => {
    expect(play(persona(more), [{ type: 'agent_started', atMs: 200 }], 5_000)).toEqual([last])
  })
})
