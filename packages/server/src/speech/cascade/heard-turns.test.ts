import { describe, expect, test } from 'vitest'
import { hearing, nothingHeard, type HearingEvent } from './heard-turns.ts'

const started = (atMs: number): HearingEvent => ({ type: 'started', atMs })
const stopped = (atMs: number): HearingEvent => ({ type: 'stopped', atMs })
type Words = Extract<HearingEvent, { text: string }>
const partial = (text: string, startMs: number, endMs: number): Words => ({
  type: 'partial',
  text,
  startMs,
  endMs,
})
const final = (text: string, startMs: number, endMs: number): Words => ({
  type: 'final',
  text,
  startMs,
  endMs,
})
const overdue = (atMs: number): HearingEvent => ({ type: 'overdue', atMs })

/** What is told, as `turn text` with a full stop after finals. */
function told(events: readonly HearingEvent[]): string[] {
  const lines: string[] = []
  let state = nothingHeard
  for (const event of events) {
    const [next, heard] = hearing(state, event)
    state = next
    if (heard) lines.push(`${heard.turnId} ${heard.text}${heard.final ? '.' : ''}`)
  }
  return lines
}

describe('heard turns', () => {
  test.each<[string, HearingEvent[], string[]]>([
    [
      'one sentence',
      [started(0), partial('yes', 0, 200), stopped(500), final('yes please', 0, 480)],
      ['turn-1 yes', 'turn-1 yes please.'],
    ],
    [
      'speech that goes on before the final came',
      [
        started(0),
        stopped(500),
        started(600),
        final('my name', 0, 480),
        stopped(900),
        final('is John', 600, 880),
      ],
      ['turn-1 my name', 'turn-1 my name is John.'],
    ],
    [
      'two turns',
      [started(0), stopped(500), final('yes', 0, 400), started(1000), stopped(1500), final('no', 1000, 1400)],
      ['turn-1 yes.', 'turn-2 no.'],
    ],
    [
      'a final that comes too late is not told twice',
      [started(0), partial('yes', 0, 300), stopped(500), overdue(2000), final('yes', 0, 480)],
      ['turn-1 yes', 'turn-1 yes.'],
    ],
    ['noise', [started(0), stopped(500), final('', 0, 500)], ['turn-1 .']],
    ['noise that nobody answers', [started(0), stopped(500), overdue(2000), overdue(2100)], ['turn-1 .']],
    [
      'words that the detector missed',
      [partial('hm', 100, 200), final('hm yes', 100, 400)],
      ['turn-1 hm', 'turn-1 hm yes.'],
    ],
    [
      'words after a turn that was given up',
      [started(0), stopped(500), overdue(2000), final('yes', 0, 480)],
      ['turn-1 .', 'turn-2 yes.'],
    ],
    ['nothing', [partial('', 0, 10), final('', 0, 10), stopped(5)], []],
  ])('%s', (_, events, lines) => {
    expect(told(events)).toEqual(lines)
  })

  test('a final that announces more keeps the turn open', () => {
    const more: HearingEvent = { type: 'final', text: 'four one', startMs: 0, endMs: 400, more: true }
    expect(told([started(0), stopped(500), more, final('five', 400, 490)])).toEqual([
      'turn-1 four one',
      'turn-1 four one five.',
    ])
  })

  describe('a recognizer that ends turns by itself', () => {
    const over = (text: string, startMs: number, endMs: number): HearingEvent => ({
      ...final(text, startMs, endMs),
      turnOver: true,
    })

    test.each<[string, HearingEvent[], string[]]>([
      [
        'ends it after the pause',
        [started(0), partial('it is', 0, 300), stopped(600), over('it is four', 0, 900)],
        ['turn-1 it is', 'turn-1 it is four.'],
      ],
      [
        'ends it before the detector does',
        [started(0), over('yes', 0, 300), stopped(600), final('', 600, 600), started(900)],
        ['turn-1 yes', 'turn-1 yes.'],
      ],
      [
        'was wrong: the callee goes on',
        [started(0), over('yes', 0, 300), partial('but', 400, 500), stopped(900), over('but no', 400, 880)],
        ['turn-1 yes', 'turn-1 yes but', 'turn-1 yes but no.'],
      ],
    ])('%s', (_, events, lines) => {
      expect(told(events)).toEqual(lines)
    })

    test('guesses, and takes it back', () => {
      let state = nothingHeard
      const said: unknown[] = []
      const guesses = [true, false, undefined].map(turnOver => ({
        ...partial('yes', 0, 200),
        ...(turnOver === undefined ? {} : { turnOver }),
      }))
      for (const event of [started(0), ...guesses, stopped(300), over('yes', 0, 200)]) {
        const [next, heard] = hearing(state, event)
        state = next
        if (heard) said.push([heard.final, heard.turnOver])
      }
      expect(said).toEqual([
        [false, true],
        [false, undefined],
        [false, undefined],
        [true, true],
      ])
    })
  })

  test('words of a turn that was given up are not told again with those that follow', () => {
    const word = (text: string, startMs: number) => ({ text, startMs, endMs: startMs + 100 })
    const both: HearingEvent = {
      ...partial('my number is', 0, 3300),
      words: [word('my', 0), word('number', 150), word('is', 3200)],
    }
    const first = { ...partial('my number', 0, 250), words: [word('my', 0), word('number', 150)] }
    expect(told([started(0), first, stopped(500), overdue(2500), started(3100), both])).toEqual([
      'turn-1 my number',
      'turn-1 my number.',
      'turn-2 is',
    ])
  })
})
