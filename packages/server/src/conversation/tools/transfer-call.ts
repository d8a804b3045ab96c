import type { TransferDestination, TransferPlan } from '../../domain/call-plan.ts'
import type { ToolDefinition } from '../../speech/port.ts'

export const transferCallName = 'transfer_call'

/** The callee waits while this is said. */
const maxSummaryLength = 500

const summary = {
  type: 'string',
  description:
    'What is said to whoever takes over, before they are connected: who is on the line and what they need, in one or two sentences, in the language of the call.',
  minLength: 1,
  maxLength: maxSummaryLength,
}

/** What the model wants: whom to reach, and what to tell them; null: nothing. */
export interface TransferWish {
  readonly to: TransferDestination
  readonly summary: string | null
}

/** Names are the only way to a destination: what the callee says can not add one. */
export function transferCallDefinition({ destinations, mode }: TransferPlan): ToolDefinition {
  const list = destinations.map(({ name, description }) =>
    description === null ? name : `${name} (${description})`,
  )
  return {
    name: transferCallName,
    description: `Connects the callee to somebody else; your part in the call ends when that succeeds. Tell the callee first. Destinations: ${list.join('; ')}.`,
    parameters: {
      type: 'object',
      properties: {
        destination: { type: 'string', enum: destinations.map(({ name }) => name) },
        ...(mode === 'warm' ? { summary } : {}),
      },
      required: ['destination', ...(mode === 'warm' ? ['summary'] : [])],
      additionalProperties: false,
    },
  }
}

/** Reads the model's arguments; a string says what is wrong with them. */
export function readTransferCall(
  { destination, summary: told }: Readonly<Record<string, unknown>>,
  { destinations, mode }: TransferPlan,
): TransferWish | string {
  const names = destinations.map(({ name }) => name).join(', ')
  if (typeof destination !== 'string') return `\`destination\` must be one of: ${names}`
  const wanted = destination.trim().toLowerCase()
  const to = destinations.find(({ name }) => name.toLowerCase() === wanted)
  if (!to) return `There is no such destination. Destinations: ${names}`
  if (mode === 'cold') return { to, summary: null }
  if (typeof told !== 'string' || told.trim() === '') return '`summary` must say what the call is about'
  if (told.length > maxSummaryLength) return `\`summary\` must not be longer than ${maxSummaryLength} letters`
  return { to, summary: told.trim() }
}
