import { describe, expect, test } from 'vitest'
import { hearing, nothingHeard, type HearingEvent } from './heard-turns.ts'

const started = (atMs: number): HearingEvent => ({ type: 'started', atMs })
const stopped = (atMs: number): HearingEvent => ({ type: 'stopped', atMs })
const partial = (text: string, startMs: number, endMs: number): HearingEvent => ({
  type: 'partial',
  text,
  startMs,
  endMs,
})
const final = (text: string, startMs: number, endMs: number): HearingEvent => ({
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
})
