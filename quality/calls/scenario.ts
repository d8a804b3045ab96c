import { readFile } from 'node:fs/promises'
import { personaSchema, type Persona } from '@parley/rehearsal/person/persona'
import { z } from 'zod'

/** What has to be true of a call when it is over; what is absent may be anything. Texts are regular expressions. */
const expectationsSchema = z.strictObject({
  outcome: z.string().optional(),
  /** The network's word for a call that nobody took. */
  network: z.string().optional(),
  answeredBy: z.string().optional(),
  /** Heard word for word, and whole. */
  firstSentence: z.boolean().default(false),
  firstStopped: z.boolean().default(false),
  /** What the agent says before anything else, word for word and whole. */
  opens: z.string().optional(),
  /** A goodbye of the agent, heard whole before it hangs up. */
  farewell: z.boolean().default(false),
  /** Left in a mailbox, word for word and whole. */
  leaves: z.string().optional(),
  agentSays: z.array(z.string()).default([]),
  calleeSays: z.string().optional(),
  /** A key that the callee's phone received, and keys of the callee that the agent knows of. */
  keys: z.string().optional(),
  calleePresses: z.string().optional(),
  events: z.array(z.string()).default([]),
  never: z.array(z.string()).default([]),
})
export type Expectations = z.infer<typeof expectationsSchema>

/** One call: who picks up, what the customer asks for besides the usual, and what has to come of it. */
const scenarioSchema = z.strictObject({
  name: z.string(),
  /** A persona that ships; absent: somebody who says these lines in turn, and then goodbye. */
  person: z.string().optional(),
  says: z.array(z.string()).default([]),
  leaves: z.boolean().default(false),
  thinks_ms: z.number().default(0),
  over: personaSchema.shape.interrupt,
  noise: personaSchema.shape.noise,
  request: z.record(z.string(), z.unknown()).default({}),
  expects: expectationsSchema,
})
export type Scenario = z.infer<typeof scenarioSchema>

const files = ['talks', 'lines', 'answers'] as const

/** Those with one of the parts in their names, or all of them where no part is given. */
export async function readScenarios(parts: readonly string[] = []): Promise<Scenario[]> {
  const lists = files.map(async name => {
    const text = await readFile(new URL(`../scenarios/${name}.json`, import.meta.url), 'utf8')
    return z.array(scenarioSchema).parse(JSON.parse(text))
  })
  const all = (await Promise.all(lists)).flat()
  return parts.length === 0 ? all : all.filter(({ name }) => parts.some(part => name.includes(part)))
}

/** Says one line after each turn of the agent; the shipped one is named by `person`. */
export function personaOf({ name, says, leaves, thinks_ms: thinksMs, over, noise }: Scenario): Persona {
  const lines = says.map((say, index) => ({
    when: { hears: 'anything', after_ms: index === 0 ? thinksMs : 0 },
    say,
    next: leaves && index === says.length - 1 ? 'hang_up' : 'listen',
  }))
  return personaSchema.parse({
    name,
    ...(over && { interrupt: over }),
    ...(noise && { noise }),
    rules: [
      { when: { hears: ['have a good day', 'look forward'] }, say: 'Goodbye.' },
      ...lines,
      { when: { hears: 'anything' }, say: "That's all. Thank you, goodbye.", times: 4 },
      { when: { hears: 'silence', after_ms: 25_000 }, next: 'hang_up' },
    ],
    max_call_ms: 120_000,
  })
}
