import { afterEach, expect } from 'vitest'
import {
  openUserAgent,
  InviteFailed,
  TransactionFailed,
  type AnsweredCall,
  type CallEnd,
  type IncomingCall,
  type InviteRequest,
  type UserAgent,
  type UserAgentOptions,
} from '../src/sip/user-agent.ts'
import { ScriptedPeer } from './scripted-peer.ts'

/** A tenth of the real timers, so that time-outs take 3.2 s and not 32. */
export const quick = { t1Ms: 50, t2Ms: 200, t4Ms: 200 }

export const never: AbortSignal = new AbortController().signal

export const offer = 'v=0\r\ns=offer\r\n'
export const answer = 'v=0\r\ns=answer\r\n'

/** Agents for the tests of a file. After each test they are closed, and a fault that it did not expect fails it. */
export function testAgents(): TestAgents {
  const agents = new TestAgents()
  afterEach(() => agents.endTest())
  return agents
}

export class TestAgents implements AsyncDisposable {
  /** How many faults of its own the test wants. */
  expectedFaults = 0
  #faults: unknown[] = []
  #open: UserAgent[] = []
  #peers: ScriptedPeer[] = []

  /** All that the agents could not cope with. */
  get faults(): readonly unknown[] {
    return this.#faults
  }

  async agent(options: Partial<UserAgentOptions> = {}): Promise<UserAgent> {
    const faults = this.#faults
    const one = await openUserAgent({
      host: '127.0.0.1',
      port: 0,
      name: 'test',
      timings: quick,
      onFault: error => faults.push(error),
      ...options,
    })
    this.#open.push(one)
    return one
  }

  /** A peer that lets the agents go when the test is over. */
  async peer(): Promise<ScriptedPeer> {
    const one = await ScriptedPeer.open()
    this.#peers.push(one)
    return one
  }

  /** An agent that rings and picks up, and the first call that it accepted. */
  async callee(
    options: Partial<UserAgentOptions> = {},
  ): Promise<{ agent: UserAgent; accepted: Promise<AnsweredCall> }> {
    const { promise, resolve, reject } = Promise.withResolvers<AnsweredCall>()
    promise.catch(() => undefined)
    const onCall = (call: IncomingCall): void => {
      call.ring()
      call.accept(answer).then(resolve, reject)
    }
    return { agent: await this.agent({ onCall, ...options }), accepted: promise }
  }

  /** Faults that are no mere silence of the other side, which a test may well want. */
  ownFaults(): unknown[] {
    return this.#faults.filter(fault => !(fault instanceof TransactionFailed))
  }

  /** Closes what the test opened, looks at its faults, and is ready for the next one. */
  async endTest(): Promise<void> {
    await this[Symbol.asyncDispose]()
    const faults = this.ownFaults()
    const expected = this.expectedFaults
    this.#faults = []
    this.expectedFaults = 0
    expect(faults, String(faults[0])).toHaveLength(expected)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [agents, peers] = [this.#open, this.#peers]
    this.#open = []
    this.#peers = []
    for (const peer of peers) peer.farewell()
    await Promise.all(agents.map(one => one[Symbol.asyncDispose]()))
    await Promise.all(peers.map(one => one[Symbol.asyncDispose]()))
  }
}

export const orderTo = (port: number, more: Partial<InviteRequest> = {}): InviteRequest => ({
  to: `sip:bob@127.0.0.1:${port}`,
  from: 'sip:alice@127.0.0.1',
  sdp: offer,
  ringTimeoutMs: 10_000,
  ...more,
})

export const endOf = (call: AnsweredCall): Promise<CallEnd> => new Promise(resolve => call.onEnd(resolve))

export const failureOf = (promise: Promise<unknown>): Promise<InviteFailed> =>
  promise.then(
    () => expect.fail('the call was established'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(InviteFailed)
      return error as InviteFailed
    },
  )
