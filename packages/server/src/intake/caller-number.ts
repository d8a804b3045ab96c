import { ApiError } from '@parley/contract/errors'

/** What the callee's phone shows: the number that is asked for, else the account's first; null: none. Throws ApiError. */
export function callerNumber(
  { defaultFromNumber }: { readonly defaultFromNumber: string | null },
  owned: readonly string[],
  wanted: string | undefined,
): string | null {
  if (wanted === undefined) return defaultFromNumber ?? owned[0] ?? null
  if (owned.includes(wanted) || wanted === defaultFromNumber) return wanted
  const message = 'The number does not belong to this account'
  throw new ApiError('from_number_not_owned', {
    detail: message,
    errors: [{ path: 'from_number', message, code: 'from_number_not_owned' }],
  })
}
