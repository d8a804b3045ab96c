import { advance, healthy, isReady, type ProviderHealth } from '../../domain/provider-health.ts'
import { VoiceFault } from '../port.ts'

/** The circuit breakers of this process, one for each part of each provider. */
export class Breakers {
  readonly #health = new Map<string, ProviderHealth>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  isReady(name: string): boolean {
    return isReady(this.#health.get(name) ?? healthy, this.#now())
  }

  /** Those that are left alone, and whose try has not worked yet. */
  down(): string[] {
    return [...this.#health].filter(([, { status }]) => status === 'open').map(([name]) => name)
  }

  /** Those that may be asked now, in their order; all of them where none may, since a live call has to try. */
  standing<Choice extends { readonly name: string }>(choices: readonly Choice[]): readonly Choice[] {
    const ready = choices.filter(({ name }) => this.isReady(name))
    return ready.length > 0 ? ready : choices
  }

  tried(name: string): void {
    this.#advance(name, { type: 'tried', at: this.#now() })
  }

  worked(name: string): void {
    if (this.#health.has(name)) this.#advance(name, { type: 'worked' })
  }

  /** A refusal says something about the request, and being stopped by us says nothing. */
  failed(name: string, error: unknown): void {
    if (!(error instanceof VoiceFault) || error.kind === 'refused') return
    this.#advance(name, { type: 'failed', at: this.#now() })
  }

  #advance(name: string, event: Parameters<typeof advance>[1]): void {
    this.#health.set(name, advance(this.#health.get(name) ?? healthy, event))
  }
}
