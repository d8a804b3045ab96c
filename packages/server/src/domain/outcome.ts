import type { Answerer, EndReason, NetworkStatus } from '@parley/contract/status'

/** Whose doing an end was. `ours` is a defect of the platform; `customer` asked for it through the API. */
export type Fault = 'none' | 'callee' | 'carrier' | 'provider' | 'customer' | 'ours'

/** How one call ended: a value that decides status, webhook, retry and billing. */
export interface Outcome {
  /** What the platform made of it: talked (or reached a machine), failed to, or was told not to. */
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly callStatus: NetworkStatus
  readonly endReason: EndReason | null
  readonly fault: Fault
  readonly answeredBy: Answerer
  /** One sentence for a person to read; null when there is nothing to explain. */
  readonly errorMessage: string | null
}

/** An attempt that reached nobody: what the network said, in the platform's words. */
export function unreached(callStatus: NetworkStatus, errorMessage: string): Outcome {
  const fault: Fault =
    callStatus === 'failed' ? 'carrier' : callStatus === 'cancelled' ? 'customer' : 'callee'
  return {
    status: callStatus === 'cancelled' ? 'cancelled' : 'failed',
    callStatus,
    endReason: callStatus === 'failed' ? 'carrier_error' : callStatus === 'cancelled' ? 'stopped' : null,
    fault,
    answeredBy: 'unknown',
    errorMessage,
  }
}

/** An answered call that was talked to its end, for whatever reason. */
export function talked(endReason: EndReason, answeredBy: Answerer): Outcome {
  const fault: Fault =
    endReason === 'stopped' ? 'customer' : endReason === 'callee_hung_up' ? 'callee' : 'none'
  return {
    status: endReason === 'stopped' ? 'cancelled' : 'completed',
    callStatus: endReason === 'stopped' ? 'cancelled' : 'completed',
    endReason,
    fault,
    answeredBy,
    errorMessage: null,
  }
}

/** An answered call that broke. It was connected, so the network's view is `completed`; ours is `failed`. */
export function broken(endReason: EndReason, fault: Fault, errorMessage: string): Outcome {
  return { status: 'failed', callStatus: 'failed', endReason, fault, answeredBy: 'unknown', errorMessage }
}
