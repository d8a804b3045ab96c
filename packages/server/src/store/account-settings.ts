import type { AccountSettingsObject } from '@parley/contract/accounts'
import type { CapSettings } from '../domain/account-caps.ts'
import type { AccountSettings } from './tables.ts'

/** An account's settings as they are kept, and as the API names them. */

export interface QuotaSetting {
  readonly minutes: number
  readonly period: 'month' | 'total'
}

/** In days; absent: the default. */
export interface RetentionSetting {
  readonly audioDays?: number | undefined
  readonly transcriptDays?: number | undefined
  readonly metadataDays?: number | undefined
}

export function settingsObject(kept: AccountSettings): AccountSettingsObject {
  const { caps, retention } = kept
  return {
    ...flatSettings(kept),
    caps: caps ? capsObject(caps) : null,
    retention: retention ? retentionObject(retention) : null,
  }
}

function flatSettings(kept: AccountSettings): AccountSettingsObject {
  return {
    plan: kept.plan ?? null,
    quota: kept.quota ?? null,
    allow_sip_uris: kept.allowSipUris ?? null,
    allowed_countries: kept.allowedCountries ?? null,
    disclosure: kept.disclosure ?? null,
    consent_required: kept.consentRequired ?? null,
    max_webhooks: kept.maxWebhooks ?? null,
  }
}

/** What is absent is left out, since null says that there is no limit. */
function capsObject(caps: CapSettings): AccountSettingsObject['caps'] {
  const { frequency } = caps
  return {
    frequency: frequency ? { max_calls: frequency.maxCalls, hours: frequency.hours } : frequency,
    minutes_between_calls: caps.minutesBetweenCalls,
    max_concurrent_calls: caps.maxConcurrentCalls,
    max_countries_per_day: caps.maxCountriesPerDay,
    max_minutes_per_hour: caps.maxMinutesPerHour,
    max_minutes_per_day: caps.maxMinutesPerDay,
  }
}

function retentionObject(kept: RetentionSetting): AccountSettingsObject['retention'] {
  return {
    audio_days: kept.audioDays,
    transcript_days: kept.transcriptDays,
    metadata_days: kept.metadataDays,
  }
}

/** With the settings that are named in place of those that were; null takes one away. */
export function changedSettings(kept: AccountSettings, change: AccountSettingsObject): AccountSettings {
  const wanted: { [Name in keyof AccountSettings]?: AccountSettings[Name] | null | undefined } = {
    plan: change.plan,
    quota: change.quota,
    caps: change.caps && capsOf(change.caps),
    allowSipUris: change.allow_sip_uris,
    allowedCountries: change.allowed_countries,
    disclosure: change.disclosure && withoutAbsent(change.disclosure),
    consentRequired: change.consent_required,
    maxWebhooks: change.max_webhooks,
    retention: change.retention && {
      audioDays: change.retention.audio_days,
      transcriptDays: change.retention.transcript_days,
      metadataDays: change.retention.metadata_days,
    },
  }
  const named = Object.entries(wanted).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    Object.entries({ ...kept, ...Object.fromEntries(named) }).filter(([, value]) => value !== null),
  )
}

function capsOf(caps: NonNullable<AccountSettingsObject['caps']>): CapSettings {
  const { frequency } = caps
  return {
    frequency: frequency ? { maxCalls: frequency.max_calls, hours: frequency.hours } : frequency,
    minutesBetweenCalls: caps.minutes_between_calls,
    maxConcurrentCalls: caps.max_concurrent_calls,
    maxCountriesPerDay: caps.max_countries_per_day,
    maxMinutesPerHour: caps.max_minutes_per_hour,
    maxMinutesPerDay: caps.max_minutes_per_day,
  }
}

function withoutAbsent(given: { ai?: boolean | undefined; recording?: boolean | undefined }) {
  const { ai, recording } = given
  return { ...(ai === undefined ? {} : { ai }), ...(recording === undefined ? {} : { recording }) }
}
