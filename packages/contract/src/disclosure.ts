import { z } from 'zod'
import { text } from './fields.ts'

/** What the platform itself tells the callee before the agent's first words. */
export const disclosureSchema = z
  .strictObject({
    ai: z.boolean().default(true).meta({ description: 'That an AI is calling.' }),
    recording: z.boolean().default(false).meta({ description: 'That the call is recorded.' }),
    text: text({ min: 1, max: 500 })
      .optional()
      .meta({ description: "In these words, `{{placeholders}}` filled. Absent: in the platform's own." }),
  })
  .meta({
    id: 'Disclosure',
    description:
      'Spoken by the platform before the first sentence, word for word; neither prompt nor callee can stop it. ' +
      "The account's settings may demand more than a call asks for.",
  })
export type Disclosure = z.output<typeof disclosureSchema>
