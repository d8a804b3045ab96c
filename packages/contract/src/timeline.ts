import { z } from 'zod'

/** Where the time of a call went (`GET /v1/calls/{id}/timeline`), for people and for tracing. */

export const spanKinds = [
  'queue',
  'dial',
  'ring',
  'talk',
  'turn',
  'endpoint',
  'recognition',
  'model',
  'synthesis',
  'playout',
  'tool',
  'speech',
  'aftercall',
] as const

export const timelineSpanSchema = z
  .object({
    kind: z.enum(spanKinds).meta({
      description:
        "`queue` until it is dialled, `dial` until it rings, `ring` until it is answered, `talk` until its end. A `turn` lasts from the end of the callee's speech on the line to the first packet of the reply; its stages are `endpoint` (deciding that the callee is done), `recognition` (until the final text), `model` (until the first token), `synthesis` (until the first audio) and `playout` (until the first packet). `speech` is what was heard on the line.",
    }),
    start_ms: z.number().meta({ description: 'Since the call was placed' }),
    end_ms: z.number().nullable().meta({ description: 'Null while it lasts' }),
    turn: z.number().nullable().meta({ description: 'Of turns and their stages: which one, from 1' }),
    name: z.string().nullable().meta({ description: 'Of tools: which one. Of speech: whose' }),
  })
  .meta({ id: 'TimelineSpan' })

export const timelineSchema = z
  .object({
    call_id: z.string(),
    answered_ms: z.number().nullable().meta({
      description:
        'Where the media clock is 0, which transcript and events count from; null before an answer',
    }),
    prompt: z.string().nullable().meta({ description: 'All that the agent was told; null before an answer' }),
    spans: z.array(timelineSpanSchema).meta({ description: 'By their start' }),
  })
  .meta({ id: 'Timeline' })

export type TimelineSpan = z.infer<typeof timelineSpanSchema>
export type Timeline = Omit<z.infer<typeof timelineSchema>, 'call_id'>
