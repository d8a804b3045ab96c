import type { Control } from '../domain/control.ts'
import type { ControlId } from '../domain/ids.ts'

/** What customers want of the conversation while it lasts. */
export interface ControlRequests {
  /** One listener; what was wanted earlier reaches it at once. Null: the conversation is over. */
  onControl(listener: ((control: Control) => void) | null): void
  /** Whether a wish is taken: the fault says why not. */
  settle(id: ControlId, fault: string | null): void
}

export const noControls: ControlRequests = { onControl: () => undefined, settle: () => undefined }
