import type { CallMode } from '@parley/contract/status'
import type { Generated } from 'kysely'
import type { AccountId, VoiceId } from '../domain/ids.ts'

export interface VoicesTable {
  id: VoiceId
  account_id: AccountId
  voice_id: string
  name: string
  provider: string
  mode: CallMode
  languages: string[]
  cloned: Generated<boolean>
  created_at: Generated<Date>
}
