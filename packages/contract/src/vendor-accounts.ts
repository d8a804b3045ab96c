import { z } from 'zod'

/** Accounts at vendors that place calls by their API and stream the audio: what each is reached with. */

export const vendorKinds = ['twilio', 'telnyx', 'plivo'] as const
export type VendorKind = (typeof vendorKinds)[number]

/** Sent in HTTP headers, so it may hold no spaces or line breaks. */
const secret = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, { error: 'Must be 1 to 255 printable ASCII characters without spaces' })
  .meta({ description: 'Write-only', writeOnly: true })

export const twilioAccount = z.strictObject({
  account_sid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, { error: 'Must be AC and 32 hexadecimal digits' }),
  auth_token: secret,
  api_key: z
    .strictObject({
      sid: z.string().regex(/^SK[0-9a-fA-F]{32}$/, { error: 'Must be SK and 32 hexadecimal digits' }),
      secret,
    })
    .optional()
    .meta({ description: 'Used for requests in place of the auth token, which still proves callbacks' }),
})

export const telnyxAccount = z.strictObject({
  api_key: secret,
  connection_id: z
    .string()
    .regex(/^\d{1,32}$/, { error: 'Must be digits' })
    .meta({ description: 'Id of the Call Control application' }),
  public_key: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, { error: 'Must be 32 bytes in base64' })
    .meta({ description: 'From the portal: proves callbacks' }),
})

export const plivoAccount = z.strictObject({
  auth_id: z.string().regex(/^[A-Z0-9]{10,40}$/, { error: 'Must be capital letters and digits' }),
  auth_token: secret,
})

export type TwilioAccount = z.infer<typeof twilioAccount>
export type TelnyxAccount = z.infer<typeof telnyxAccount>
export type PlivoAccount = z.infer<typeof plivoAccount>

/** A vendor's account, as it is kept sealed. */
export const vendorAccount = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('twilio'), account: twilioAccount }),
  z.object({ kind: z.literal('telnyx'), account: telnyxAccount }),
  z.object({ kind: z.literal('plivo'), account: plivoAccount }),
])
export type VendorAccount = z.infer<typeof vendorAccount>
