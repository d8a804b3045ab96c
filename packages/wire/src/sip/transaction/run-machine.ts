import type { Command, Machine, Terminated, TimerName } from './machine.ts'

/** What a running machine may ask of the world; timers it keeps to itself. */
export interface MachineEffects<Event> {
  perform(command: Exclude<Command, { type: 'start' | 'stop' }>): void
  timer(name: TimerName): Event
  terminated(): void
}

/** Gives a pure machine its timers. Once terminated it holds nothing and ignores everything. */
export class RunningMachine<State extends { readonly name: string }, Event> {
  readonly #machine: Machine<State, Event>
  readonly #effects: MachineEffects<Event>
  readonly #timers = new Map<TimerName, NodeJS.Timeout>()
  #state: State | Terminated | undefined
  #disposed = false

  constructor(machine: Machine<State, Event>, effects: MachineEffects<Event>) {
    this.#machine = machine
    this.#effects = effects
  }

  get stateName(): string {
    return this.#state?.name ?? 'new'
  }

  begin(): void {
    this.#apply(this.#machine.begin())
  }

  dispatch(event: Event): void {
    if (this.#state && this.#state.name !== 'terminated') this.#apply(this.#machine.step(this.#state, event))
  }

  #apply([state, commands]: readonly [State | Terminated, readonly Command[]]): void {
    const ended = state.name === 'terminated' && this.stateName !== 'terminated'
    this.#state = state
    for (const command of commands) {
      if (command.type === 'start') this.#start(command.timer, command.afterMs)
      else if (command.type === 'stop') this.#stop(command.timer)
      else this.#effects.perform(command)
    }
    if (ended) this.dispose()
  }

  #start(timer: TimerName, afterMs: number): void {
    this.#stop(timer)
    const handle = setTimeout(() => {
      this.#timers.delete(timer)
      this.dispatch(this.#effects.timer(timer))
    }, afterMs)
    this.#timers.set(timer, handle)
  }

  #stop(timer: TimerName): void {
    clearTimeout(this.#timers.get(timer))
    this.#timers.delete(timer)
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    for (const handle of this.#timers.values()) clearTimeout(handle)
    this.#timers.clear()
    this.#state = { name: 'terminated' }
    this.#effects.terminated()
  }
}
