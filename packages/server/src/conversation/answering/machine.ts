import type { ConversationState } from '../state.ts'

/** Something on the line that nobody takes turns with. */
export type Machine =
  /** A mailbox that still talks: its beep, or its silence, is waited for. */
  | {
      readonly kind: 'mailbox'
      readonly phase: 'greeting'
      readonly sinceMs: number
      readonly resumed: boolean
    }
  /** The message is being said. */
  | {
      readonly kind: 'mailbox'
      readonly phase: 'leaving'
      readonly fromMs: number
      readonly begunBy: 'beep' | 'silence'
      readonly resumed: boolean
    }
  /** Somebody's phone asks who calls and why. */
  | { readonly kind: 'screener'; readonly phase: 'asking'; readonly sinceMs: number; readonly told: number }
  /** It was told; the person decides. `unclear`: pieces of speech since that nobody understood. */
  | {
      readonly kind: 'screener'
      readonly phase: 'deciding'
      readonly sinceMs: number
      readonly fromMs: number
      readonly told: number
      readonly unclear: number
    }
  /** A network explains why there is nobody. */
  | { readonly kind: 'announcement'; readonly meaning: Unconnected; readonly sinceMs: number }

/** Why nobody is on a line that was answered all the same. */
export type Unconnected =
  | 'invalid_number'
  | 'busy'
  | 'unreachable'
  | 'congested'
  | 'blocked'
  | 'not_answered'
  | 'not_connected'

/** A machine has the line: what is between people does not apply. */
export function hasMachine({ machine, ending }: Pick<ConversationState, 'machine' | 'ending'>): boolean {
  return machine !== null && ending.phase === 'open'
}
