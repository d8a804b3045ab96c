import { z } from 'zod'

/**
 * How a simulated person behaves on the phone: whether they pick up, what they say when, and how the
 * call ends on their side. Read from a JSON file; every duration is in milliseconds.
 */
const milliseconds = z.int().min(0).max(3_600_000)
const sentence = z.string().trim().min(1).max(2_000)

/** What the person does after a line: go on listening, or one of the ways to leave the talk. */
const afterwards = z.enum(['listen', 'hang_up', 'stay_silent', 'vanish'])

const beep = z.strictObject({
  hz: z.int().min(200).max(3_400),
  ms: z.int().min(50).max(5_000),
})

const rule = z
  .strictObject({
    when: z.strictObject({
      /**
       * Phrases of which one must be in the agent's turn; or `greeting`: the agent's first turn;
       * `anything`: any turn, understood or not; `silence`: nobody has spoken for `after_ms`; `key`: the
       * agent has pressed one.
       */
      hears: z.union([z.enum(['greeting', 'anything', 'silence', 'key']), z.array(sentence).min(1)]),
      /** For `key`: only this one. */
      key: z
        .string()
        .regex(/^[0-9A-D*#]$/)
        .optional(),
      /** For `silence` how long it has lasted (4,000 when absent); otherwise time to think before the line. */
      after_ms: milliseconds.optional(),
      /** Only at the agent's turn of this number, counted from 1; for `silence` the silence of this number. */
      nth: z.int().min(1).optional(),
    }),
    say: sentence.optional(),
    digits: z
      .string()
      .regex(/^[0-9A-D*#wW]+$/, 'digits are 0-9, A-D, * and #, with w for a pause')
      .optional(),
    next: afterwards.default('listen'),
    /** How often the rule may be used. */
    times: z.int().min(1).default(1),
  })
  .refine(({ say, digits, next }) => say !== undefined || digits !== undefined || next !== 'listen', {
    message: 'a rule needs something to do: say, digits, or next',
  })

const answer = z.discriminatedUnion('does', [
  z.strictObject({ does: z.literal('picks_up'), ring_ms: milliseconds.default(600) }),
  z.strictObject({
    does: z.literal('refuses'),
    ring_ms: milliseconds.default(300),
    status: z.int().min(400).max(699),
    reason: sentence.optional(),
  }),
  /** Rings until the caller gives up. */
  z.strictObject({ does: z.literal('rings') }),
])

/** The person's line asks the caller for a password before it rings (RFC 3261 §22, RFC 8760). */
const challenge = z.strictObject({
  username: z.string().min(1),
  password: z.string().min(1),
  realm: z.string().min(1).default('rehearsal'),
  algorithm: z.enum(['MD5', 'SHA-256']).default('SHA-256'),
  status: z.union([z.literal(401), z.literal(407)]).default(407),
})

export const personaSchema = z.strictObject({
  name: sentence,
  description: sentence.optional(),
  /** A voice of the local synthesizer, other than the agent's. */
  voice: z.string().min(1).default('echo'),
  language: z.string().min(2).default('en-US'),
  answer: answer.default({ does: 'picks_up', ring_ms: 600 }),
  challenge: challenge.optional(),
  /** Said on picking up, before listening: "Hello?", or a voicemail's greeting with its beep. */
  opening: z
    .strictObject({ after_ms: milliseconds.default(300), say: sentence, beep: beep.optional() })
    .optional(),
  /** Talks into the agent's speech once: into its turn of this number, counted from that turn's first sound. */
  interrupt: z
    .strictObject({ after_ms: milliseconds, say: sentence, nth: z.int().min(1).default(1) })
    .optional(),
  /** Noise of the place they are in, for as long as the call lasts: its peak level. */
  noise: z.strictObject({ dbfs: z.number().min(-70).max(-10) }).optional(),
  rules: z.array(rule).default([]),
  /** Sentences worth expecting besides those of the rules, to help the recognizer. */
  expects: z.array(sentence).default([]),
  /** Silence after which the agent's turn counts as over. */
  turn_end_ms: z.int().min(200).max(5_000).default(600),
  /** Hangs up so long after picking up, whatever is being said. */
  hang_up: z.strictObject({ after_ms: milliseconds }).optional(),
  /** Is gone so long after picking up: no more RTP, no BYE, no answer to one. */
  vanish: z.strictObject({ after_ms: milliseconds }).optional(),
  /** The longest call, so that nobody waits for ever. */
  max_call_ms: milliseconds.default(600_000),
})

export type Persona = z.infer<typeof personaSchema>
export type Rule = Persona['rules'][number]
export type Afterwards = z.infer<typeof afterwards>
export type Beep = z.infer<typeof beep>
export type Challenge = z.infer<typeof challenge>

/** The persona cannot be used; the message names the file and every fault in it. */
export class PersonaInvalid extends Error {
  constructor(source: string, faults: readonly string[], cause?: unknown) {
    super(`${source} is no persona: ${faults.join('; ')}`, { cause })
    this.name = 'PersonaInvalid'
  }
}

export function readPersona(value: unknown, source: string): Persona {
  const read = personaSchema.safeParse(value)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'persona'}: ${message}`)
  throw new PersonaInvalid(source, faults, read.error)
}
