import { z } from 'zod'
import { inboundAgentSchema } from './phone-numbers.ts'
import { timestamp, uuid } from './fields.ts'

/** Calls that somebody joins with a browser, to try an agent out. */

export const placeTestCallSchema = inboundAgentSchema.extend({ agent_id: uuid.optional() }).meta({
  id: 'PlaceTestCall',
  examples: [{ task: 'Ask the caller for their name and a day that suits them.', max_duration: 5 }],
  description: 'Options of `POST /v1/calls` without whom to call and from where',
})

export const testCallSchema = z
  .object({
    call_id: z.string(),
    url: z.string().meta({
      description:
        'WebSocket to join at. First send `{"type":"auth","token":…}` as text. Audio goes both ways as binary frames of 20 ms, PCM16 little-endian, mono, 16 kHz. Text frames tell `ready`, `flush` (drop what has not been played), `mark`, `digits` and `end`; send `digit` and `end`.',
    }),
    token: z.string().meta({ description: 'Joins this call once' }),
    expires_at: timestamp,
  })
  .meta({ id: 'TestCall' })
export type TestCall = z.infer<typeof testCallSchema>
