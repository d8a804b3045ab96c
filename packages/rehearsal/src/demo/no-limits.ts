/** Settings of a server whose simulated people are phoned again and again, and many at once. */
export const noLimits = {
  PARLEY_ACCOUNT_CALLS_TO_NUMBER: 'none',
  PARLEY_ACCOUNT_MINUTES_BETWEEN_CALLS: 'none',
  PARLEY_ACCOUNT_CONCURRENT_CALLS: 'none',
  PARLEY_ACCOUNT_COUNTRIES_PER_DAY: 'none',
  SIP_TRUNK_CALLS_PER_SECOND: 'none',
} as const
