import { z } from 'zod'
import { analysisOptionSchema } from './analysis.ts'
import { callingWindowSchema } from './calling-window.ts'
import { disclosureSchema } from './disclosure.ts'
import {
  e164,
  isKeepable,
  languageTag,
  moment,
  phoneMessage,
  phoneNumber,
  text,
  timestamp,
  uuid,
} from './fields.ts'
import { retrySchema } from './retry.ts'
import { callModes } from './status.ts'
import { toolsSchema } from './tools.ts'
import { transferSchema } from './transfer.ts'

/** The body of `POST /v1/calls`, and what it answers. */

const sipUri = String.raw`sips?:[^\s@<>]{1,128}@[^\s@<>]{1,128}`
const destination = new RegExp(`${e164.source}|^${sipUri}$`)
const maxMetadataBytes = 16 * 1024
const webhookEvent =
  /^call\.(queued|started|completed|failed|transferred|turn|completed\.[A-Za-z0-9_ -]{1,64})$/

const scalar = z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()], {
  error: 'Must be a string of at most 2000 characters, a number, a boolean or null',
})

/** What fills placeholders, by their names. */
export const requestDataSchema = z
  .record(z.string().regex(/^[^\0{}|]{1,64}$/), scalar)
  .refine(data => Object.keys(data).length <= 100, { error: 'Must have at most 100 entries' })

const keypadSchema = z
  .strictObject({
    send: z.boolean().default(true).meta({ description: 'The agent may press keys.' }),
    receive: z.boolean().default(true).meta({ description: 'The agent gets to know pressed keys.' }),
  })
  .meta({ id: 'Keypad', description: 'Keys of the phone, both ways. Absent: both.' })

const voicemailSchema = z
  .strictObject({
    action: z.enum(['hang_up', 'leave_message', 'ignore']).default('hang_up').meta({
      description:
        'leave_message: `message` is said whole after the beep, or after a silence where none comes. ignore: the agent talks on.',
    }),
    message: text({ min: 1, max: 2_000 }).optional().meta({
      description: 'Said word for word to a mailbox. `{{name}}` is filled from `request_data`.',
    }),
  })
  .refine(({ action, message }) => (action === 'leave_message') === (message !== undefined), {
    path: ['message'],
    error: 'Must be given with the action leave_message, and with no other',
  })
  .meta({ id: 'Voicemail', description: 'What to do when a machine answers. Absent: hang up.' })

const interruptionSchema = z
  .strictObject({
    enabled: z.boolean().default(true).meta({ description: "The callee's speech stops the agent." }),
    min_speech_ms: z
      .int()
      .min(0)
      .max(5_000)
      .default(200)
      .meta({ description: 'Shorter speech does not stop it.' }),
    threshold: z.number().min(0.1).max(0.95).optional().meta({
      description:
        "How sure the detector must be that a sound is the callee's speech; default 0.5. Higher for noisy places.",
    }),
  })
  .meta({ id: 'Interruption' })

const silenceSchema = z
  .strictObject({
    prompt_after_seconds: z
      .number()
      .min(2)
      .max(120)
      .default(10)
      .meta({ description: 'The agent asks whether somebody is there.' }),
    hang_up_after_seconds: z
      .number()
      .min(4)
      .max(600)
      .default(20)
      .meta({ description: 'Counted from the last sound; it says goodbye and hangs up.' }),
  })
  .refine(silence => silence.hang_up_after_seconds > silence.prompt_after_seconds, {
    path: ['hang_up_after_seconds'],
    error: 'Must be longer than prompt_after_seconds',
  })
  .meta({ id: 'Silence' })

/** Where the agent seems to be, and how loud it is there. */
export const backgrounds = ['office', 'cafe', 'street', 'call_center', 'none'] as const
export const backgroundGains = ['low', 'medium', 'high'] as const

export const placeCallSchema = z
  .strictObject({
    phone_number: z.string({ error: phoneMessage }).regex(destination, { error: phoneMessage }).meta({
      description: 'Whom to call, E.164. A `sip:` URI only where the account allows it.',
      example: '+14155551234',
    }),
    task: text({ min: 10, max: 40_000 }).optional().meta({
      description: 'What the call is for; the platform wraps it in its own phone-call system prompt.',
    }),
    instructions: text({ min: 10, max: 40_000 }).optional().meta({
      description: 'The whole system prompt. Exactly one of `task`, `instructions` and `agent_id` is given.',
    }),
    agent_id: uuid.optional().meta({
      description: 'A saved agent, whose options hold where the request says nothing else.',
    }),
    from_number: phoneNumber
      .optional()
      .meta({ description: "One of the account's numbers. Absent: the account's default." }),
    first_sentence: text({ min: 1, max: 2_000 })
      .optional()
      .meta({ description: 'Spoken word for word on answer. Absent: the agent opens by itself.' }),
    wait_for_greeting: z.boolean().default(false).meta({
      description:
        'The callee speaks first; the agent begins as soon as they have, or after a few seconds in which nobody does.',
    }),
    mode: z
      .enum(callModes)
      .default('realtime')
      .meta({ description: 'One speech-to-speech model, or recognizer, language model and synthesizer.' }),
    model: text({ min: 1, max: 200 })
      .optional()
      .meta({ description: 'One of `GET /v1/models` for the mode. Absent: its default.' }),
    voice: text({ min: 1, max: 200 })
      .optional()
      .meta({ description: 'One of `GET /v1/voices` for the mode. Absent: its default.' }),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .meta({ description: 'Left out, with a warning, where the model takes none.' }),
    stt_language: languageTag
      .optional()
      .meta({ description: 'Language of the conversation; default en-US.' }),
    max_duration: z.number().min(0.5).max(240).default(30).meta({ description: 'Minutes' }),
    request_data: requestDataSchema.optional().meta({
      description:
        'Fills `{{name}}` and `{{name|fallback}}` in `task`, `instructions`, `first_sentence`, `voicemail.message`.',
    }),
    knowledge_base_ids: z
      .array(uuid)
      .max(20)
      .refine(ids => new Set(ids).size === ids.length, { error: 'Must not name one twice' })
      .optional()
      .meta({ description: 'What the agent may look things up in, of `GET /v1/knowledge`.' }),
    tools: toolsSchema.optional(),
    transfer: transferSchema.optional(),
    keypad: keypadSchema.optional(),
    interruption: interruptionSchema.optional(),
    silence: silenceSchema.optional(),
    background_audio: z
      .enum(backgrounds)
      .default('none')
      .meta({ description: 'Sounds of a place under the agent, for the whole call; in the recording too.' }),
    background_audio_gain: z.enum(backgroundGains).default('medium'),
    disclosure: disclosureSchema.optional(),
    redact_pii: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Nothing is stored of e-mail addresses, cards, accounts, phone and social security numbers, codes and pressed ' +
          'keys: transcript, events and summary have a placeholder such as `[card]` there. The recording is not changed: ' +
          'see `record`.',
      }),
    voicemail: voicemailSchema.optional(),
    record: z.boolean().default(true).meta({ description: 'Record both sides of the call.' }),
    analysis: analysisOptionSchema.optional(),
    schedule_at: moment.optional().meta({
      description: 'When to dial, at most a year ahead. Absent, or past: at once. For calls that we place.',
    }),
    calling_window: callingWindowSchema.optional(),
    retry: retrySchema.optional(),
    webhook_url: z
      .url({ protocol: /^https?$/, hostname: /^.+$/, error: 'Must be an http or https URL' })
      .max(2_048)
      .regex(/^[^\0- ]+$/, { error: 'Must be an http or https URL' })
      .optional(),
    webhook_events: z
      .array(z.string().regex(webhookEvent, { error: 'Not an event of a call' }))
      .max(20)
      .optional()
      .meta({ description: 'Default: `call.completed` and `call.failed`.' }),
    metadata: z
      .record(z.string(), z.unknown())
      .refine(value => isKeepable(value, maxMetadataBytes), {
        error: 'Must be at most 16 KiB of JSON, at most 32 levels deep, without NUL characters',
      })
      .optional()
      .meta({ description: 'Handed back untouched everywhere.' }),
  })
  .meta({
    id: 'PlaceCall',
    examples: [
      {
        phone_number: '+14155551234',
        task: 'Confirm the appointment of {{name}} on Tuesday at ten.',
        first_sentence: 'Hello, this is Bright Dental.',
        request_data: { name: 'Jo Smith' },
        max_duration: 5,
        metadata: { order: 'A-17' },
      },
    ],
  })
export type PlaceCall = z.output<typeof placeCallSchema>
/** As a client writes it: fields with defaults may be absent. */
export type PlaceCallInput = z.input<typeof placeCallSchema>

/** What was accepted, but not quite as asked for. */
export const warningSchema = z.object({ path: z.string(), message: z.string() }).meta({ id: 'Warning' })
export type Warning = z.infer<typeof warningSchema>

export const placedCallSchema = z
  .object({
    call_id: z.string(),
    provider_call_id: z
      .string()
      .nullable()
      .meta({ description: "The carrier's id; null until the call is dialled" }),
    status: z.enum(['queued', 'pending']).meta({ description: '`pending`: it waits for its time' }),
    scheduled_for: timestamp.optional().meta({ description: 'When it will be dialled; absent: at once' }),
    warnings: z.array(warningSchema).optional(),
  })
  .meta({ id: 'PlacedCall' })
export type PlacedCall = z.infer<typeof placedCallSchema>

export const stopCallSchema = z
  .strictObject({
    farewell: z.boolean().default(false).meta({ description: 'The agent says goodbye before it hangs up.' }),
  })
  .meta({ id: 'StopCall', examples: [{ farewell: true }] })

export const stoppedCallSchema = z.object({ ok: z.literal(true), status: z.literal('cancelled') })
export const cancelledCallSchema = z.object({ ok: z.literal(true) })
