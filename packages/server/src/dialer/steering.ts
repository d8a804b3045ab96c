import type { ControlRequests } from '../conversation/control-requests.ts'
import type { Control } from '../domain/control.ts'
import type { ControlId } from '../domain/ids.ts'

const notTalking = 'The agent does not talk with the callee any more'

/** Brings what customers want of a running call to its conversation, and back whether it is taken. */
export class Steering implements ControlRequests {
  readonly #pending = new Map<ControlId, PromiseWithResolvers<string | null>>()
  #early: Control[] = []
  #listener: ((control: Control) => void) | null | undefined

  /** Resolves when the conversation has taken it (null) or refused it, with the reason. Never rejects. */
  steer(control: Control): Promise<string | null> {
    if (this.#listener === null) return Promise.resolve(notTalking)
    const pending = Promise.withResolvers<string | null>()
    this.#pending.set(control.id, pending)
    if (this.#listener) this.#listener(control)
    else this.#early.push(control)
    return pending.promise
  }

  readonly onControl = (listener: ((control: Control) => void) | null): void => {
    this.#listener = listener
    const early = this.#early
    this.#early = []
    if (listener) for (const control of early) listener(control)
    else for (const id of this.#pending.keys()) this.settle(id, notTalking)
  }

  readonly settle = (id: ControlId, fault: string | null): void => {
    this.#pending.get(id)?.resolve(fault)
    this.#pending.delete(id)
  }
}
