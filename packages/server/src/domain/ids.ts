/** Identifiers carry their kind in the type, so that one is never taken for another. All are UUIDv7 strings. */
export type CallId = string & { readonly __kind: 'call' }
export type AccountId = string & { readonly __kind: 'account' }
export type ApiKeyId = string & { readonly __kind: 'api_key' }
export type NodeId = string & { readonly __kind: 'node' }
export type VoiceId = string & { readonly __kind: 'voice' }
export type AgentId = string & { readonly __kind: 'agent' }
export type CarrierId = string & { readonly __kind: 'carrier' }
/** A carrier of an account, or the trunk of the settings. */
export type TrunkId = CarrierId | (string & { readonly __kind: 'settings_trunk' })
export type CarrierTestId = string & { readonly __kind: 'carrier_test' }
export type ControlId = string & { readonly __kind: 'control' }
export type KnowledgeId = string & { readonly __kind: 'knowledge' }
export type LeadId = string & { readonly __kind: 'lead' }
export type LeadListId = string & { readonly __kind: 'lead_list' }
export type LeadImportId = string & { readonly __kind: 'lead_import' }
export type WebhookId = string & { readonly __kind: 'webhook' }
export type CampaignId = string & { readonly __kind: 'campaign' }
export type SimulationId = string & { readonly __kind: 'simulation' }
