import { z } from 'zod'
import { phoneNumber, text, timestamp, uuid } from './fields.ts'
import { pageOf } from './page.ts'
import { placeCallSchema } from './place-call.ts'

/** The account's numbers: shown to callees, and answered where they have an agent. */

/** Who answers a number: the options of a call, without what the caller decides. */
export const inboundAgentSchema = placeCallSchema
  .omit({ phone_number: true, from_number: true, agent_id: true })
  .strict()
  .meta({ id: 'InboundAgent', description: 'Options of `POST /v1/calls` that calls to the number get' })
export type InboundAgent = z.output<typeof inboundAgentSchema>

const label = text({ min: 1, max: 200 }).nullable()
const carrier = uuid.nullable().meta({ description: 'The carrier that the number belongs to' })
const agentId = uuid.nullable().meta({
  description: 'The saved agent that answers calls to the number, in its newest version.',
})
const agent = inboundAgentSchema.nullable().meta({
  description:
    'Options of its own that the number is answered with, in place of a saved agent. Without either, callers are told that nobody has the number.',
})

export const addPhoneNumberSchema = z
  .strictObject({
    number: phoneNumber,
    voip_carrier_sid: carrier.default(null),
    label: label.default(null),
    inbound_agent_id: agentId.default(null),
    inbound_agent: agent.default(null),
  })
  .meta({
    id: 'AddPhoneNumber',
    examples: [
      {
        number: '+14155550100',
        label: 'Main line',
        inbound_agent: { task: 'Take a message, and ask for a number to call back.' },
      },
    ],
  })

export const changePhoneNumberSchema = z
  .strictObject({
    voip_carrier_sid: carrier.optional(),
    label: label.optional(),
    inbound_agent_id: agentId.optional(),
    inbound_agent: agent.optional(),
  })
  .meta({
    id: 'ChangePhoneNumber',
    examples: [{ label: 'Main line, San Francisco' }],
    description: 'What is absent stays as it is',
  })

export const phoneNumberSchema = z
  .object({
    id: z.string(),
    number: z.string(),
    label: z.string().nullable(),
    voip_carrier_sid: z.string().nullable(),
    carrier_name: z.string().nullable(),
    source: z.enum(['api', 'settings']).meta({ description: 'Where the number was named' }),
    status: z.enum(['active']),
    inbound_agent_id: z.string().nullable(),
    inbound_agent: z.record(z.string(), z.unknown()).nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'PhoneNumber' })
export type PhoneNumberObject = z.infer<typeof phoneNumberSchema>

export const phoneNumberPageSchema = pageOf(phoneNumberSchema).meta({ id: 'PhoneNumberPage' })
