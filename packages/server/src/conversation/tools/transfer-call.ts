import type { TransferDestination, TransferPlan } from '../../domain/call-plan.ts'
import type { ToolDefinition } from '../../speech/port.ts'

export const transferCallName = 'transfer_call'

/** Names are the only way to a destination: what the callee says can not add one. */
export function transferCallDefinition({ destinations }: TransferPlan): ToolDefinition {
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
      },
      required: ['destination'],
      additionalProperties: false,
    },
  }
}

/** The destination that the model's arguments name; a string says what is wrong with them. */
export function readTransferCall(
  { destination }: Readonly<Record<string, unknown>>,
  { destinations }: TransferPlan,
): TransferDestination | string {
  const names = destinations.map(({ name }) => name).join(', ')
  if (typeof destination !== 'string') return `\`destination\` must be one of: ${names}`
  const wanted = destination.trim().toLowerCase()
  const found = destinations.find(({ name }) => name.toLowerCase() === wanted)
  return found ?? `There is no such destination. Destinations: ${names}`
}
