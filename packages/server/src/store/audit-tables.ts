import type { ColumnType } from 'kysely'
import type { AccountId, ApiKeyId } from '../domain/ids.ts'

export interface AuditLogTable {
  account_id: AccountId
  /** A bigint, which comes as text. */
  sequence: ColumnType<string, number, never>
  at: Date
  key_id: ApiKeyId | null
  ip: string | null
  request_id: string | null
  action: string
  target_type: string
  target_id: string | null
  details: string
  hash: Buffer
}

export interface AuditHeadsTable {
  account_id: AccountId
  sequence: ColumnType<string, number, number>
  hash: Buffer
}
