import { z } from 'zod'
import { phoneNumber, text } from './fields.ts'
import { sipUri } from './transfer.ts'

/** What can be asked of a call while its agent talks. */

export const sayCallSchema = z
  .strictObject({
    text: text({ min: 1, max: 1_000 }).regex(/\S/, { error: 'Must hold a word' }).meta({
      description: 'Spoken word for word, in the agent’s voice.',
    }),
    interrupt: z.boolean().default(false).meta({
      description:
        'true: at once, in place of what the agent is saying. false: after it, and after an answer that the callee is waiting for.',
    }),
  })
  .meta({ id: 'SayCall', examples: [{ text: 'One moment, please.' }] })

export const instructCallSchema = z
  .strictObject({
    text: text({ min: 1, max: 2_000 }).regex(/\S/, { error: 'Must hold a word' }).meta({
      description: 'For the agent alone, from its next reply on. It is told never to read it out.',
    }),
  })
  .meta({ id: 'InstructCall', examples: [{ text: 'Offer them Thursday instead.' }] })

export const transferCallSchema = z
  .strictObject({
    destination: text({ min: 1, max: 64 })
      .optional()
      .meta({ description: 'Name of one of the `transfer.destinations` that the call was placed with.' }),
    phone_number: phoneNumber
      .optional()
      .meta({ description: 'Any number that `POST /v1/preflight` allows.' }),
    sip_uri: sipUri.optional().meta({ description: 'Where the account’s settings allow `sip:` URIs.' }),
    mode: z.enum(['cold', 'warm']).optional().meta({
      description: 'As `transfer.mode` of `POST /v1/calls`. Default: that of the call, else cold.',
    }),
    briefing: text({ min: 1, max: 1_000 }).optional().meta({
      description: 'warm: said to whoever takes over. Needed where the call has no `transfer.briefing`.',
    }),
  })
  .refine(
    ({ destination, phone_number, sip_uri }) =>
      [destination, phone_number, sip_uri].filter(given => given !== undefined).length === 1,
    { error: 'Exactly one of destination, phone_number and sip_uri must be given' },
  )
  .refine(({ mode, briefing }) => mode !== 'cold' || briefing === undefined, {
    path: ['briefing'],
    error: 'Nobody is briefed in a cold transfer',
  })
  .meta({ id: 'TransferCall', examples: [{ phone_number: '+14155550100' }] })
export type TransferCall = z.output<typeof transferCallSchema>

export const pressKeysSchema = z
  .strictObject({
    digits: z
      .string()
      .max(64)
      .regex(/^[wW]*[0-9*#A-D][0-9*#A-DwW]*$/, {
        error: 'Must be keys of 0-9, *, #, A-D, with w (half a second) and W (a second) as pauses',
      })
      .meta({ description: 'The keys in order; w waits half a second, W a whole one.', example: '1w2#' }),
  })
  .meta({ id: 'PressKeys', examples: [{ digits: '1w2#' }] })

export const controlledCallSchema = z.object({ ok: z.literal(true) }).meta({
  id: 'ControlledCall',
  description: 'The worker that has the call does it; its events tell what comes of it.',
})
