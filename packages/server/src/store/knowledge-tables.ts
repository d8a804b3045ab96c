import type { KnowledgeStatus, KnowledgeType } from '@parley/contract/knowledge'
import type { Generated } from 'kysely'
import type { AccountId, KnowledgeId } from '../domain/ids.ts'

export interface KnowledgeBasesTable {
  id: KnowledgeId
  account_id: AccountId
  name: string
  type: KnowledgeType
  status: Generated<KnowledgeStatus>
  failure_reason: string | null
  language: string
  search_config: string
  url: string | null
  file_name: string | null
  content: Buffer | null
  revision: Generated<number>
  passages: Generated<number>
  embedding_model: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface KnowledgePassagesTable {
  knowledge_base_id: KnowledgeId
  n: number
  place: string | null
  text: string
  folded: string
  words: string
  embedding: Buffer | null
}
