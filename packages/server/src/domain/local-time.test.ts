import { expect, test } from 'vitest'
import { timesIn } from './local-time.ts'

const winter = Date.UTC(2026, 10, 23, 13, 47)
const summer = Date.UTC(2026, 6, 1, 13, 47)

interface Case {
  readonly name: string
  readonly zones: readonly string[]
  readonly atMs: number
  readonly times: readonly string[]
}

test.each<Case>([
  { name: 'one zone', zones: ['America/Los_Angeles'], atMs: winter, times: ['Mon, 23 Nov 2026, 05:47'] },
  {
    name: 'the earliest first',
    zones: ['Europe/Madrid', 'Atlantic/Canary'],
    atMs: winter,
    times: ['Mon, 23 Nov 2026, 13:47', 'Mon, 23 Nov 2026, 14:47'],
  },
  {
    name: 'zones that show the same are one',
    zones: ['Europe/Madrid', 'Africa/Ceuta', 'Europe/Paris'],
    atMs: winter,
    times: ['Mon, 23 Nov 2026, 14:47'],
  },
  {
    name: 'apart in winter',
    zones: ['America/Phoenix', 'America/Los_Angeles'],
    atMs: winter,
    times: ['Mon, 23 Nov 2026, 05:47', 'Mon, 23 Nov 2026, 06:47'],
  },
  {
    name: 'the same in summer',
    zones: ['America/Phoenix', 'America/Los_Angeles'],
    atMs: summer,
    times: ['Wed, 1 Jul 2026, 06:47'],
  },
  {
    name: 'another day already',
    zones: ['Pacific/Auckland'],
    atMs: winter,
    times: ['Tue, 24 Nov 2026, 02:47'],
  },
  { name: 'nowhere', zones: [], atMs: winter, times: [] },
])('$name', ({ zones, atMs, times }) => {
  expect(timesIn(zones, atMs)).toEqual(times)
})
