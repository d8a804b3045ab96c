/** Whether a trunk takes a call now: over all workers, never more calls than its limits allow. */
export type Admission =
  | { readonly kind: 'admitted' }
  /** Its calls per second are spent for so long. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** All its places are taken. */
  | { readonly kind: 'full' }

/**
 * An admission holds for this long, counted from before it was asked for: a call that was slower on its way
 * out asks again. The limiter counts a second as so much longer, so that calls which leave at the early and
 * late end of their time are never more in a second than the limit, however slow the machine.
 */
export const admissionHoldsMs = 200
