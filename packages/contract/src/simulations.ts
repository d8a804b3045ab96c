import { z } from 'zod'
import { isKeepable, text, timestamp, uuid } from './fields.ts'
import { pageOf } from './page.ts'
import { inboundAgentSchema } from './phone-numbers.ts'
import { warningSchema } from './place-call.ts'

/** Agents tried out in text against callees that are played: nobody is dialled and nothing is changed. */

export const simulationStatuses = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const
export type SimulationStatus = (typeof simulationStatuses)[number]

/** Who or what ended a talk. */
export const simulationEnds = ['agent', 'callee', 'transfer', 'max_turns'] as const
export type SimulationEnd = (typeof simulationEnds)[number]

const maxResultBytes = 64 * 1024
const phrases = z.array(text({ min: 1, max: 500 })).max(20)
const toolNames = z.array(text({ min: 1, max: 128 })).max(20)

const expectSchema = z
  .strictObject({
    says: phrases.optional().meta({
      description: 'Words that the agent says at some point, in whatever case.',
    }),
    never_says: phrases.optional(),
    tools: toolNames.optional().meta({ description: 'Tools that the agent uses, built-in ones too.' }),
    never_tools: toolNames.optional().meta({ description: 'Tools that it does not even try to use.' }),
    ends: z.enum(simulationEnds).optional().meta({
      description: 'Who ends the talk. `max_turns`: nobody does.',
    }),
    disposition: text({ min: 1, max: 64 })
      .optional()
      .meta({ description: 'One of `analysis.dispositions`, which the talk comes to.' }),
    success_criteria: text({ min: 1, max: 2_000 })
      .optional()
      .meta({ description: 'Judged by the configured language model; without one it is not judged.' }),
  })
  .meta({ id: 'SimulationExpectation', description: 'What each talk is checked for.' })

const scenarioSchema = z
  .strictObject({
    name: text({ min: 1, max: 200 }),
    persona: text({ min: 10, max: 8_000 }).optional().meta({
      description:
        'Who the callee is, what they want and in which mood: played by the configured language model. Either this or `lines`.',
    }),
    lines: z
      .array(text({ min: 1, max: 1_000 }))
      .min(1)
      .max(40)
      .optional()
      .meta({
        description:
          'What the callee says, in order, whatever they hear. After the answer to the last line they hang up.',
      }),
    expect: expectSchema.optional(),
    max_turns: z
      .int()
      .min(1)
      .max(40)
      .optional()
      .meta({ description: 'Turns of the callee. Default: 20, or as many as there are `lines`.' }),
  })
  .refine(({ persona, lines }) => (persona === undefined) !== (lines === undefined), {
    path: ['persona'],
    error: 'Exactly one of persona and lines must be given',
  })
  .meta({ id: 'SimulationScenario' })
export type ScenarioOption = z.output<typeof scenarioSchema>

export const createSimulationSchema = inboundAgentSchema
  .extend({
    agent_id: uuid.optional(),
    name: text({ min: 1, max: 200 }).optional(),
    scenarios: z
      .array(scenarioSchema)
      .min(1)
      .max(50)
      .refine(list => new Set(list.map(({ name }) => name)).size === list.length, {
        error: 'Two scenarios must not have the same name',
      }),
    runs_each: z.int().min(1).max(10).default(1).meta({ description: 'How often each scenario is played.' }),
    direction: z
      .enum(['outbound', 'inbound'])
      .default('outbound')
      .meta({ description: '`inbound`: the callee has called the agent.' }),
    tool_results: z
      .record(text({ min: 1, max: 64 }), z.unknown())
      .refine(given => isKeepable(given, maxResultBytes), { error: 'Must be at most 64 KiB of JSON' })
      .default({})
      .meta({
        description:
          'What tools of `tools` answer, by their names. One that has no answer here can not be used.',
      }),
    call_tools: z.boolean().default(false).meta({
      description:
        'Tools that have no answer in `tool_results` are really called, MCP servers too; needs the scope `calls:write`. Absent: nothing outside is asked.',
    }),
  })
  .meta({
    id: 'CreateSimulation',
    examples: [
      {
        name: 'Confirmation',
        task: 'Confirm the appointment of {{name}} on Tuesday at ten.',
        request_data: { name: 'Jo Smith' },
        scenarios: [
          {
            name: 'agrees',
            lines: ['Hello?', 'Yes, that works for me.', 'No, thank you. Goodbye.'],
            expect: { says: ['Tuesday'], never_says: ['discount'], tools: ['end_call'], ends: 'agent' },
          },
        ],
      },
    ],
    description:
      'Options of `POST /v1/calls` without whom to call and from where, and what is to be played. Options of the line, such as `voicemail` and `record`, change nothing here.',
  })
export type CreateSimulation = z.output<typeof createSimulationSchema>

export const createdSimulationSchema = z
  .object({ id: z.string(), status: z.literal('queued'), warnings: z.array(warningSchema).optional() })
  .meta({ id: 'CreatedSimulation' })
export type CreatedSimulation = z.infer<typeof createdSimulationSchema>

const milliseconds = z.number().nullable()

const checkSchema = z
  .object({
    check: z.enum(['says', 'never_says', 'tools', 'never_tools', 'ends', 'disposition', 'success_criteria']),
    expected: z.string(),
    result: z.enum(['passed', 'failed', 'not_judged']),
    why: z.string(),
  })
  .meta({ id: 'SimulationCheck' })
export type SimulationCheck = z.infer<typeof checkSchema>

const toolCallSchema = z
  .object({
    name: z.string(),
    arguments: z.unknown(),
    result: z.unknown(),
    refused: z.boolean().meta({ description: 'It was not carried out: `result` says why' }),
    simulated: z.boolean().meta({ description: 'Nothing was really done or asked' }),
  })
  .meta({ id: 'SimulatedToolCall' })
export type SimulatedToolCall = z.infer<typeof toolCallSchema>

export const simulationRunSchema = z
  .object({
    scenario: z.string(),
    run: z.int(),
    result: z.enum(['passed', 'failed', 'error']).meta({
      description: '`error`: the talk could not be held to its end; `error_message` says why.',
    }),
    score: z.number().nullable().meta({
      description: 'Share of the judged checks that passed; null where none was judged',
    }),
    ended_by: z.enum(simulationEnds).nullable(),
    error_message: z.string().nullable(),
    model: z.string().nullable().meta({ description: 'The text model that spoke for the agent' }),
    turns: z.int().meta({ description: 'Turns of the callee' }),
    transcript: z.array(z.object({ user: z.enum(['assistant', 'user', 'tool']), text: z.string() })),
    tool_calls: z.array(toolCallSchema),
    checks: z.array(checkSchema),
    first_token_ms: z
      .object({ p50: milliseconds, max: milliseconds })
      .meta({ description: "From the question to the first token of the agent's model" }),
    started_at: timestamp,
    ended_at: timestamp,
  })
  .meta({ id: 'SimulationRun' })
export type SimulationRun = z.infer<typeof simulationRunSchema>

export const simulationSchema = z
  .object({
    id: z.string(),
    account_id: z.string(),
    name: z.string().nullable(),
    agent_id: z.string().nullable(),
    status: z.enum(simulationStatuses),
    error_message: z.string().nullable(),
    warnings: z.array(warningSchema),
    totals: z.object({
      runs: z.int(),
      done: z.int(),
      passed: z.int(),
      failed: z.int(),
      errors: z.int(),
      score: z.number().nullable().meta({ description: 'Average of the scores of its runs' }),
      first_token_ms: z.object({ p50: milliseconds, p95: milliseconds }),
    }),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
  })
  .meta({ id: 'Simulation' })
export type SimulationObject = z.infer<typeof simulationSchema>

export const simulationDetailSchema = simulationSchema
  .extend({
    request: z.record(z.string(), z.unknown()),
    runs: z
      .array(simulationRunSchema)
      .meta({ description: 'Those that are done, in the order of scenarios' }),
  })
  .meta({ id: 'SimulationDetail' })
export type SimulationDetail = z.infer<typeof simulationDetailSchema>

export const simulationPageSchema = pageOf(simulationSchema).meta({ id: 'SimulationPage' })
