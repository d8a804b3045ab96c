import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerOffer } from '@parley/wire/sdp/answer'
import {
  type AnsweredCall,
  type IncomingCall,
  openUserAgent,
  type UserAgent,
} from '@parley/wire/sip/user-agent'
import { host } from './free-port.ts'
import { mannerOf, type Manner } from './manners.ts'

/** What the far end knows of one call that rang. Times are `performance.now()`. */
export interface Rung {
  readonly number: string
  /** By the platform's own header. */
  readonly callId: string
  readonly invitedAt: number
  answered: boolean
  /** Our side hung up because nobody else did within the time that lost calls may take. */
  leftHanging: boolean
  endedAt: number | null
}

/** Nobody on the line waits longer for the BYE of a lost worker. */
const lostByeMs = 30_000
const byeMs = 3_000

interface CalleeParts {
  readonly agent: UserAgent
  readonly media: Socket
  readonly manner: (number: string) => Manner
}

/** Every phone of the run, behind one SIP address: counts who is rung how often, and how many at once. */
export class Callee implements AsyncDisposable {
  readonly rung: Rung[] = []
  /** Most that ever rang or talked at one moment. */
  mostAtOnce = 0
  /** Those that did, at that moment. */
  crowd: readonly { callId: string; forMs: number; answered: boolean }[] = []
  readonly #agent: UserAgent
  readonly #media: Socket
  readonly #manner: (number: string) => Manner
  readonly #live = new Set<Rung>()

  static async open(manner: (number: string) => Manner = mannerOf): Promise<Callee> {
    const media = createSocket('udp4').bind(0, host)
    await once(media, 'listening')
    let take: (call: IncomingCall) => void = call => call.reject(480)
    const agent = await openUserAgent({
      host,
      port: 0,
      name: 'parley-chaos',
      onCall: call => take(call),
      // Calls of killed workers leave requests that nobody answers.
      onFault: () => undefined,
    })
    const callee = new Callee({ agent, media, manner })
    take = call => void callee.#take(call)
    return callee
  }

  constructor({ agent, media, manner }: CalleeParts) {
    this.#agent = agent
    this.#media = media
    this.#manner = manner
  }

  get trunk(): string {
    return `sip:${host}:${this.#agent.port}`
  }

  get live(): number {
    return this.#live.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent[Symbol.asyncDispose]()
    this.#media.close()
  }

  /** Never rejects: whatever goes wrong with a call of a killed worker is its end. */
  async #take(call: IncomingCall): Promise<void> {
    const number = /sip:([^@;>]+)@/.exec(call.requestUri)?.[1] ?? ''
    const callId = call.headers.get('x-parley-call-id')?.[0] ?? ''
    const at = performance.now()
    const rung: Rung = { number, callId, invitedAt: at, answered: false, leftHanging: false, endedAt: null }
    this.rung.push(rung)
    this.#live.add(rung)
    if (this.#live.size > this.mostAtOnce) this.#note(at)
    try {
      await this.#answer(call, rung, this.#manner(number))
    } catch {
      // The caller is gone, or was killed before it acknowledged.
    } finally {
      rung.endedAt = performance.now()
      this.#live.delete(rung)
    }
  }

  #note(at: number): void {
    this.mostAtOnce = this.#live.size
    this.crowd = [...this.#live].map(({ callId, invitedAt, answered }) => ({
      callId,
      forMs: Math.round(at - invitedAt),
      answered,
    }))
  }

  async #answer(call: IncomingCall, rung: Rung, manner: Manner): Promise<void> {
    call.ring()
    await sleep(manner.ringMs, undefined, { signal: call.cancelled })
    if (manner.type === 'refuses') return call.reject(manner.status)
    const { sdp } = answerOffer(call.sdp ?? '', { address: { host, port: this.#media.address().port } })
    const dialog = await call.accept(sdp, AbortSignal.timeout(byeMs))
    rung.answered = true
    await this.#talk(dialog, rung, manner.holdMs)
  }

  async #talk(dialog: AnsweredCall, rung: Rung, holdMs: number): Promise<void> {
    const over = new Promise<'over'>(resolve => dialog.onEnd(() => resolve('over')))
    const waiting = new AbortController()
    const { signal } = waiting
    const limit = sleep(holdMs, 'held' as const, { signal }).catch(() => 'over' as const)
    const first = await Promise.race([over, limit])
    waiting.abort()
    if (first === 'over') return
    rung.leftHanging = holdMs > lostByeMs
    await dialog.bye(AbortSignal.timeout(byeMs))
  }
}
