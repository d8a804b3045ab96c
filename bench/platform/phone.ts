import { answerOffer } from '@parley/wire/sdp/answer'
import {
  openUserAgent,
  type AnsweredCall,
  type IncomingCall,
  type UserAgent,
} from '@parley/wire/sip/user-agent'
import { Pacer } from '../measure/pacer.ts'
import { Line } from './line.ts'

const host = '127.0.0.1'

/** A call that one of the phones picked up. */
export interface PhoneCall extends AsyncDisposable {
  readonly number: string
  readonly line: Line
  /** When INVITE came and when 200 left. */
  readonly invitedAt: number
  readonly answeredAt: number
  readonly dialog: AnsweredCall
}

type Rung = (call: IncomingCall, invitedAt: number) => void

/** Any number of phones behind one SIP address: the callers' side of the benchmarks. */
export class Phone implements AsyncDisposable {
  readonly #agent: UserAgent
  readonly #pacer = new Pacer()
  readonly #state: { rung: Rung; invitedAt: number }

  static async open(): Promise<Phone> {
    const state: { rung: Rung; invitedAt: number } = { rung: call => call.reject(480), invitedAt: 0 }
    const agent = await openUserAgent({
      host,
      port: 0,
      name: 'parley-callers',
      onTrace: ({ direction, text }) => {
        if (direction === 'received' && text.startsWith('INVITE')) state.invitedAt = performance.now()
      },
      onCall: call => state.rung(call, state.invitedAt),
    })
    return new Phone(agent, state)
  }

  constructor(agent: UserAgent, state: { rung: Rung; invitedAt: number }) {
    this.#agent = agent
    this.#state = state
  }

  get port(): number {
    return this.#agent.port
  }

  /** From now on every call that rings is given to `rung`. */
  onRing(rung: Rung): void {
    this.#state.rung = rung
  }

  async pickUp(call: IncomingCall, invitedAt: number): Promise<PhoneCall> {
    const line = await Line.open(this.#pacer)
    const { sdp, media } = answerOffer(call.sdp ?? '', { address: { host, port: line.port } })
    const answeredAt = performance.now()
    const accepted = call.accept(sdp)
    line.talkTo(media.remote)
    const dialog = await accepted
    const number = /sip:([^@;>]+)@/.exec(call.requestUri)?.[1] ?? ''
    return {
      number,
      line,
      invitedAt,
      answeredAt,
      dialog,
      async [Symbol.asyncDispose]() {
        await dialog[Symbol.asyncDispose]()
        await line[Symbol.asyncDispose]()
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pacer[Symbol.dispose]()
    await this.#agent[Symbol.asyncDispose]()
  }
}
