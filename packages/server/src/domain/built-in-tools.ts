/** Names of the tools that the platform itself gives to agents; no customer's tool takes their place. */
export const builtInTools: readonly string[] = [
  'end_call',
  'transfer_call',
  'send_dtmf',
  'switch_language',
  'search_knowledge',
  'opt_out',
  'schedule_callback',
]
