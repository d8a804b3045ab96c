import { setTimeout as sleep } from 'node:timers/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallBackend, StandInCall } from './stand-in-call.ts'

/** What can go wrong at a phone vendor, to be switched on while it runs. */
export interface PhoneFaults {
  /** The next so many create requests are refused with this status, and place nothing. */
  refuseCreate(status: number, times: number): void
  /** The next so many create requests place a call, and their answers never arrive. */
  loseCreateAnswers(times: number): void
  /** API answers are this late, in milliseconds. */
  delayAnswers(ms: number): void
  /** Each callback is delivered so many times. Default 1. */
  repeatCallbacks(times: number): void
  /** Callbacks are delivered this late, in milliseconds, and may so be overtaken by the audio. */
  delayCallbacks(ms: number): void
}

/** The calls of a stand-in, and its faults. */
export class Switchboard implements PhoneFaults {
  readonly calls: StandInCall[] = []
  readonly inbound: StandInCall[] = []
  /** Statuses with which callbacks were answered. */
  readonly callbackStatuses: number[] = []
  readonly #awaited: ((call: StandInCall) => void)[] = []
  #unclaimed = 0
  #refusal = { status: 0, times: 0 }
  #losses = 0
  #answerDelayMs = 0
  #callbackTimes = 1
  #callbackDelayMs = 0

  /** The next call that nobody has asked for yet. */
  nextCall(): Promise<StandInCall> {
    const waiting = this.calls[this.#unclaimed]
    this.#unclaimed += 1
    if (waiting) return Promise.resolve(waiting)
    return new Promise(resolve => this.#awaited.push(resolve))
  }

  find(id: string): StandInCall | undefined {
    return [...this.calls, ...this.inbound].find(call => call.id === id)
  }

  refuseCreate(status: number, times: number): void {
    this.#refusal = { status, times }
  }

  loseCreateAnswers(times: number): void {
    this.#losses = times
  }

  delayAnswers(ms: number): void {
    this.#answerDelayMs = ms
  }

  repeatCallbacks(times: number): void {
    this.#callbackTimes = times
  }

  delayCallbacks(ms: number): void {
    this.#callbackDelayMs = ms
  }

  /** The status to refuse a create request with, or null. */
  takeRefusal(): number | null {
    if (this.#refusal.times === 0) return null
    this.#refusal.times -= 1
    return this.#refusal.status
  }

  add(call: StandInCall, backend: CallBackend): void {
    this.calls.push(call)
    this.#awaited.shift()?.(call)
    void backend.report(call, { type: 'placed' })
  }

  /** Answers a create request that was acted upon, or loses the answer. */
  async answerCreate(request: IncomingMessage, send: () => void): Promise<void> {
    await sleep(this.#answerDelayMs)
    if (this.#losses === 0) return send()
    this.#losses -= 1
    request.socket.destroy()
  }

  /** Delivers a callback as often and as late as the faults say; answers the last body. */
  async deliver(send: () => Promise<Response>): Promise<string> {
    await sleep(this.#callbackDelayMs)
    let body = ''
    for (let i = 0; i < this.#callbackTimes; i++) {
      const answer = await send().catch(() => null)
      this.callbackStatuses.push(answer?.status ?? 0)
      body = (await answer?.text()) ?? ''
    }
    return body
  }
}

export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
