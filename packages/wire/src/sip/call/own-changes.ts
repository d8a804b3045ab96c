import { setTimeout as delay } from 'node:timers/promises'
import { sdpOf, type ReceivedResponse } from '../message.ts'
import { dialogHeaders, sdpHeader, type AgentContext } from './agent-context.ts'
import { ReinviteRefused } from './answered-call.ts'
import { glareWaitMs, mostGlares } from './glare.ts'
import type { LiveDialog, RequestContent } from './live-dialog.ts'
import { TransactionFailed } from './one-answer.ts'
import type { SessionClock } from './session-clock.ts'
import { timerFromAnswer, timerRefreshFields } from './session-timer.ts'

export interface OwnChangesWiring {
  readonly context: AgentContext
  readonly dialog: LiveDialog
  readonly clock: SessionClock
  /** Methods that the other side takes, in capitals. */
  readonly remoteAllows: readonly string[]
  isOver(): boolean
  fallApart(reason: string): void
}

/** Changes and refreshes of the session that begin here (RFC 3261 §14.1, RFC 3311, RFC 4028 §7.4). */
export class OwnChanges {
  readonly #wiring: OwnChangesWiring
  readonly #ownsCallId: boolean
  #busy = false
  /** After a collision theirs may come in between; another one of ours may not. */
  #letsThemGo = false

  constructor(wiring: OwnChangesWiring) {
    this.#wiring = wiring
    this.#ownsCallId = wiring.dialog.record.remoteSequence === undefined
  }

  /** An offer of ours waits for its answer. */
  get busy(): boolean {
    return this.#busy && !this.#letsThemGo
  }

  /** Resolves with the other side's description. */
  async offer(sdp: string, signal: AbortSignal): Promise<string> {
    const content = { headers: [...this.#fields(), sdpHeader], body: Buffer.from(sdp, 'utf8') }
    const response = await this.#send('INVITE', content, signal)
    const remote = response.status < 300 ? sdpOf(response) : undefined
    if (remote === undefined) throw new ReinviteRefused(response.status, response.reason)
    return remote
  }

  /** UPDATE, where it is understood, says nothing of the session; a re-INVITE repeats what is in force. */
  async refresh(sdp: string): Promise<void> {
    if (this.#busy || this.#wiring.isOver()) return
    const signal = new AbortController().signal
    if (this.#wiring.remoteAllows.includes('UPDATE')) {
      const { status } = await this.#send('UPDATE', { headers: this.#fields() }, signal)
      if (status < 300 || this.#wiring.isOver()) return
    }
    await this.offer(sdp, signal).catch((error: unknown) => {
      // Refused is answered: whether the call stands is settled when the session ends.
      if (!(error instanceof ReinviteRefused)) throw error
    })
  }

  #fields(): RequestContent['headers'] {
    const { context, dialog, clock } = this.#wiring
    const fields = dialogHeaders(context, dialog.record.localTarget)
    return clock.timer ? [...fields, ...timerRefreshFields(clock.timer)] : fields
  }

  /** Sends it, and again after a collision with theirs. */
  async #send(
    method: 'INVITE' | 'UPDATE',
    content: RequestContent,
    signal: AbortSignal,
  ): Promise<ReceivedResponse> {
    if (this.#wiring.isOver()) throw new Error('the call is over')
    if (this.#busy) throw new Error('another change of the session is on its way')
    this.#busy = true
    try {
      for (let glares = 1; ; glares += 1) {
        const response = await this.#sendOnce(method, content, signal)
        if (response.status !== 491 || glares === mostGlares) return response
        await this.#letThemGoFirst(signal)
        if (this.#wiring.isOver()) return response
      }
    } finally {
      this.#busy = false
    }
  }

  /** While we wait their change is welcome: that is what the waiting is for. */
  async #letThemGoFirst(signal: AbortSignal): Promise<void> {
    this.#letsThemGo = true
    try {
      await delay(glareWaitMs(this.#ownsCallId, Math.random()), undefined, { signal })
    } finally {
      this.#letsThemGo = false
    }
  }

  async #sendOnce(
    method: 'INVITE' | 'UPDATE',
    content: RequestContent,
    signal: AbortSignal,
  ): Promise<ReceivedResponse> {
    const { dialog, clock } = this.#wiring
    const sent = method === 'INVITE' ? dialog.invite(content, signal) : dialog.ask(method, content, signal)
    const response = await sent.catch((error: unknown) => {
      // RFC 3261 §14.1: silence to a re-INVITE means that the other side is gone.
      if (error instanceof TransactionFailed) this.#wiring.fallApart('the other side no longer answers')
      throw error
    })
    if (response.status === 408 || response.status === 481)
      this.#wiring.fallApart('the other side knows no such call')
    if (response.status >= 300) return response
    if (method === 'UPDATE') dialog.retarget(response)
    if (clock.timer) clock.restart(timerFromAnswer(response))
    return response
  }
}
