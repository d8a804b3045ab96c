import { z } from 'zod'
import { moment, phoneNumber, text, timestamp } from './fields.ts'
import { pageOf, pageQuery } from './page.ts'

/**
 * Who agreed to be called: what a regulator asks for (47 CFR 64.1200(a)(9) and (f)(9): an artificial voice needs prior
 * express consent, that tells the seller, in writing for marketing).
 */

/** How far the clock of whoever tells us may be ahead. */
const clocksDifferMs = 60_000

/** What was agreed to. Calls need `ai_voice`. */
export const consentChannels = ['ai_voice', 'voice', 'sms'] as const
export const consentMethods = ['web_form', 'written', 'verbal', 'keypad', 'other'] as const

export const recordConsentSchema = z
  .strictObject({
    phone_number: phoneNumber,
    channel: z.enum(consentChannels).default('ai_voice'),
    seller: text({ min: 1, max: 200 }).meta({
      description: 'On whose behalf the calls are, as the person was told',
      example: 'Bright Dental',
    }),
    wording: text({ min: 10, max: 4_000 }).meta({
      description: 'What the person read or heard when they agreed',
      example: 'I agree that Bright Dental calls me about my appointments, also by an automated voice.',
    }),
    method: z.enum(consentMethods),
    source: text({ min: 1, max: 500 }).nullable().default(null).meta({
      description: 'Where the proof is: a page, a form, a recording',
      example: 'https://brightdental.example/booking',
    }),
    obtained_at: moment,
    expires_at: moment.nullable().default(null),
  })
  .refine(
    ({ obtained_at: obtained, expires_at: expires }) =>
      expires === null || Date.parse(expires) > Date.parse(obtained),
    {
      path: ['expires_at'],
      error: 'Must be after obtained_at',
    },
  )
  .refine(({ obtained_at: obtained }) => Date.parse(obtained) <= Date.now() + clocksDifferMs, {
    path: ['obtained_at'],
    error: 'Must not be in the future',
  })
  .meta({
    id: 'RecordConsent',
    examples: [
      {
        phone_number: '+14155551234',
        seller: 'Bright Dental',
        wording: 'I agree that Bright Dental calls me about my appointments, also by an automated voice.',
        method: 'web_form',
        obtained_at: '2026-01-31T12:00:00Z',
      },
    ],
  })
export type RecordConsent = z.output<typeof recordConsentSchema>

export const revokeConsentSchema = z
  .strictObject({ reason: text({ min: 1, max: 500 }).nullable().default(null) })
  .meta({ id: 'RevokeConsent', examples: [{ reason: 'Said so in a call' }] })

export const consentSchema = z
  .object({
    id: z.string(),
    phone_number: z.string(),
    channel: z.enum(consentChannels),
    seller: z.string(),
    wording: z.string(),
    method: z.enum(consentMethods),
    source: z.string().nullable(),
    obtained_at: timestamp,
    expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
    revocation_reason: z.string().nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'Consent' })
export type Consent = z.infer<typeof consentSchema>

export const revokedConsentSchema = consentSchema
  .extend({
    cancelled_calls: z.number().meta({
      description: 'Calls to the number that waited, and are cancelled since no consent is left',
    }),
  })
  .meta({ id: 'RevokedConsent' })
export type RevokedConsent = z.infer<typeof revokedConsentSchema>

export const listConsentsQuery = pageQuery.extend({ phone_number: phoneNumber.optional() })
export const consentPageSchema = pageOf(consentSchema).meta({ id: 'ConsentPage' })
