import { z } from 'zod'
import { text, timestamp } from './fields.ts'
import { pageOf } from './page.ts'
import { inboundAgentSchema } from './phone-numbers.ts'

/** Saved agents: call options under a name, every change of which is a new version. */

const name = text({ min: 1, max: 200 })
/** As far as versions can be counted. */
const version = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
const options = inboundAgentSchema.meta({
  id: 'AgentOptions',
  description: 'Options of `POST /v1/calls`. Placeholders may be left for the `request_data` of each call.',
})

export const createAgentSchema = z.strictObject({ name, options }).meta({
  id: 'CreateAgent',
  examples: [
    {
      name: 'Front desk',
      options: { task: 'Find out what the caller wants, and when they can be called back.' },
    },
  ],
})

export const changeAgentSchema = z.strictObject({ name: name.optional(), options: options.optional() }).meta({
  id: 'ChangeAgent',
  examples: [{ name: 'Front desk, evenings' }],
  description: 'What is absent stays. `options` replace the earlier ones whole.',
})

export const rollbackAgentSchema = z.strictObject({ version }).meta({
  id: 'RollbackAgent',
  examples: [{ version: 1 }],
  description: 'The version whose options become those of a new one.',
})

export const agentVersionSchema = z
  .object({ version: z.int(), options: z.record(z.string(), z.unknown()), created_at: timestamp })
  .meta({ id: 'AgentVersion' })

export const agentSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.int().meta({ description: 'The one that calls get.' }),
    options: z.record(z.string(), z.unknown()),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Agent' })
export type AgentObject = z.infer<typeof agentSchema>

export const agentPageSchema = pageOf(agentSchema).meta({ id: 'AgentPage' })
export const agentVersionPageSchema = pageOf(agentVersionSchema).meta({ id: 'AgentVersionPage' })

export const agentDiffQuery = z.strictObject({
  from: z.coerce
    .number()
    .pipe(version)
    .meta({ examples: [1] }),
  to: z.coerce
    .number()
    .pipe(version)
    .meta({ examples: [1] }),
})

export const agentDiffSchema = z
  .object({
    from: z.int(),
    to: z.int(),
    changes: z.array(
      z.object({
        path: z.string().meta({ description: 'Dotted, as in errors' }),
        before: z.unknown().optional().meta({ description: 'Absent: not there' }),
        after: z.unknown().optional().meta({ description: 'Absent: not there any more' }),
      }),
    ),
  })
  .meta({ id: 'AgentDiff' })
