import { openMediaEngine, type MediaEngine } from '@parley/wire/rtp/media-engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hearThrough, impairments } from '../line/impairment.ts'

let engine: MediaEngine

beforeAll(async () => {
  engine = await openMediaEngine({ host: '127.0.0.1' })
})

afterAll(async () => {
  await engine[Symbol.asyncDispose]()
})

test.concurrent.each(impairments)(
  'over a line with $name nothing is heard twice, displaced or dropped',
  async one => {
    const heard = await hearThrough(engine, one, 8)
    expect(heard).toMatchObject({ doubled: 0, disordered: 0, dropped: 0 })
    // What the line did not lose is heard, but for a few that came too late to be played.
    expect(heard.whole).toBeGreaterThan(heard.sent * (0.93 - one.profile.loss))
    if (one.profile.loss > 0) expect(heard.concealed).toBeGreaterThan(0)
  },
)
