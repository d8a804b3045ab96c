import { beforeEach, describe, expect, it } from 'vitest'
import type { Admission } from '../domain/admission.ts'
import type { TrunkId } from '../domain/ids.ts'
import { FailoverCarrier, type Trunk } from './failover-carrier.ts'
import { DialFailed, type DialRequest, type Leg } from './port.ts'
import { TrunkWatch } from './trunk-watch.ts'

const never = new AbortController().signal
const leg = { providerCallId: 'answered' } as Leg
const busy = new DialFailed('busy', { message: 'busy', code: 486 })
const declined = new DialFailed('rejected', { message: 'declined', code: 603 })
const blocked = new DialFailed('rejected', { message: 'blocked', code: 608 })
const unknown = new DialFailed('failed', { message: 'no such number', code: 404 })
const away = (retryAfterMs: number | null = null, code: number | null = 503) =>
  new DialFailed('failed', { message: 'out of service', code, unavailable: { retryAfterMs } })

type Reaction = Leg | Error | ((request: DialRequest) => Leg)
interface Told {
  readonly dials: string[]
  now: number
}
let told: Told
let watch: TrunkWatch

beforeEach(() => {
  told = { dials: [], now: 0 }
  watch = new TrunkWatch(() => told.now)
})

/** A trunk that reacts as told, and notes that it was dialled. */
function trunk(name: string, reaction: Reaction, more: Partial<Trunk> = {}): Trunk {
  return {
    id: name as TrunkId,
    admit: async () => ({ kind: 'admitted' }),
    probe: async () => false,
    carrier: {
      dial: async request => {
        request.leaving?.()
        told.dials.push(name)
        if (reaction instanceof Error) throw reaction
        return typeof reaction === 'function' ? reaction(request) : reaction
      },
    },
    ...more,
  }
}

function dial(...trunks: Trunk[]): Promise<Leg> {
  const carrier = new FailoverCarrier({ trunks, watch, clock: () => told.now })
  const request = { to: '+14155551234', from: null, ringTimeoutMs: 1_000, correlationId: 'x' }
  return carrier.dial({ ...request, onProgress: () => undefined }, never)
}

describe('another trunk is tried', () => {
  it.each([
    ['after 503', away()],
    ['after silence or an address that cannot be reached', away(null, null)],
  ])('%s', async (_, failure) => {
    expect(await dial(trunk('a', failure), trunk('b', leg))).toBe(leg)
    expect(told.dials).toEqual(['a', 'b'])
  })

  it('where the first has no room', async () => {
    const full = { admit: async (): Promise<Admission> => ({ kind: 'full' }) }
    expect(await dial(trunk('a', leg, full), trunk('b', leg))).toBe(leg)
    expect(told.dials).toEqual(['b'])
  })

  it('with the last word of the last one, when all fail', async () => {
    await expect(dial(trunk('a', away()), trunk('b', busy))).rejects.toBe(busy)
    const last = away()
    await expect(dial(trunk('a', away()), trunk('b', last))).rejects.toBe(last)
  })

  it('and only where there is another may silence be short', async () => {
    const patience: (number | undefined)[] = []
    const failing = (request: DialRequest): Leg => {
      patience.push(request.firstAnswerTimeoutMs)
      throw away()
    }
    await dial(trunk('a', failing), trunk('b', failing)).catch(() => undefined)
    expect(patience).toEqual([4_000, undefined])
  })
})

describe('no other trunk is tried', () => {
  it.each([
    ['busy (486)', busy],
    ['declined (603)', declined],
    ['blocked (608)', blocked],
    ['unknown (404)', unknown],
    ['a defect', new Error('ours')],
  ])('after %s', async (_, failure) => {
    await expect(dial(trunk('a', failure), trunk('b', leg))).rejects.toBe(failure)
    expect(told.dials).toEqual(['a'])
  })

  it('after 503 where the phone has rung', async () => {
    const failure = away()
    const rang = (request: DialRequest): Leg => {
      request.onProgress({ type: 'ringing', earlyMedia: false })
      throw failure
    }
    await expect(dial(trunk('a', rang), trunk('b', leg))).rejects.toBe(failure)
    expect(told.dials).toEqual(['a'])
  })
})

describe('a trunk that is out of service', () => {
  it('gets no calls after five failures, and comes back by answering a probe', async () => {
    let probes = 0
    const back = { probe: async () => (probes += 1) > 1 }
    const a = trunk('a', away(), back)
    const b = trunk('b', leg)
    for (let calls = 0; calls < 7; calls += 1) await dial(a, b)
    expect(told.dials.filter(name => name === 'a')).toHaveLength(5)
    told.now = 10_000
    await dial(trunk('a', leg, back), b)
    told.now = 20_000
    await Promise.all([dial(trunk('a', leg, back), b), dial(trunk('a', leg, back), b)])
    expect(told.dials.filter(name => name === 'a')).toHaveLength(7)
    expect(probes).toBe(2)
  })

  it('is left alone for as long as it asked', async () => {
    const b = trunk('b', leg)
    await dial(trunk('a', away(20_000)), b)
    told.now = 19_999
    await dial(trunk('a', leg), b)
    expect(told.dials).toEqual(['a', 'b', 'b'])
    await expect(dial(trunk('a', leg))).rejects.toMatchObject({ callStatus: 'failed', code: null })
  })
})

describe('where no other trunk takes the call', () => {
  const inService = { probe: async () => true }

  it('it waits for one that asks for a little patience, and tries that once more', async () => {
    const failures = [away(20)]
    const reaction = (): Leg => {
      told.now += 20
      const failure = failures.shift()
      if (failure) throw failure
      return leg
    }
    const a = trunk('a', reaction, inService)
    const waited = dial(a)
    setTimeout(() => (told.now += 40), 5)
    expect(await waited).toBe(leg)
    expect(told.dials).toEqual(['a', 'a'])
  })

  it('it does not wait long, and does not try twice what said no without more', async () => {
    const long = away(11_000)
    await expect(dial(trunk('a', long, inService))).rejects.toBe(long)
    const plain = away()
    await expect(dial(trunk('b', plain, inService))).rejects.toBe(plain)
    expect(told.dials).toEqual(['a', 'b'])
  })
})

describe('its turn', () => {
  it('is waited for', async () => {
    const answers: Admission[] = [{ kind: 'wait', ms: 1 }, { kind: 'admitted' }]
    await dial(trunk('a', leg, { admit: async () => answers.shift() ?? { kind: 'full' } }))
    expect(answers).toEqual([])
  })

  it('is asked for again by a call that was too slow on its way out', async () => {
    let admissions = 0
    const admit = async (): Promise<Admission> => {
      admissions += 1
      told.now += admissions === 1 ? 250 : 50
      return { kind: 'admitted' }
    }
    await dial(trunk('a', leg, { admit }))
    expect([admissions, told.dials]).toEqual([2, ['a']])
  })
})
