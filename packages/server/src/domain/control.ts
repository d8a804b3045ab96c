import type { TransferDestination } from './call-plan.ts'
import type { ControlId } from './ids.ts'

/** What a customer wants of a call while its agent talks. */
export type ControlWish =
  /** Spoken word for word: after what the agent says, or in its place. */
  | { readonly type: 'say'; readonly text: string; readonly interrupt: boolean }
  /** For the agent's model alone. */
  | { readonly type: 'instruct'; readonly text: string }
  /** `summary`: said to whoever takes over; null: nothing. */
  | { readonly type: 'transfer'; readonly to: TransferDestination; readonly summary: string | null }
  | { readonly type: 'dtmf'; readonly digits: string }

export interface Control {
  readonly id: ControlId
  readonly wish: ControlWish
}

/** What its event tells of a wish. */
export function controlDetail(wish: ControlWish): string {
  switch (wish.type) {
    case 'say':
    case 'instruct':
      return wish.text
    case 'transfer':
      return wish.to.name
    case 'dtmf':
      return wish.digits
  }
}
