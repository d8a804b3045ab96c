import type { ToolDefinition } from '../../speech/port.ts'

export const endCallDefinition: ToolDefinition = {
  name: 'end_call',
  description:
    'Ends the phone call. Use it when the callee says goodbye or wants to stop, when everything is settled, or when the talk has come to its natural end. Say goodbye in your own words before you call it, or give the goodbye as `farewell`. Never use it while the callee still has a question.',
  parameters: {
    type: 'object',
    properties: {
      reason: { type: 'string', description: 'Why the call ends, in a few words.' },
      farewell: {
        type: 'string',
        description:
          'The goodbye to be spoken, in the language of the call. Leave it out when you have said it.',
      },
    },
    required: ['reason'],
    additionalProperties: false,
  },
}

export interface EndCall {
  readonly farewell: string | null
}

/** Longer goodbyes are no goodbyes. */
const maxFarewellLength = 500

/** Reads the model's arguments; a string says what is wrong with them. */
export function readEndCall(given: Readonly<Record<string, unknown>>): EndCall | string {
  const { reason, farewell } = given
  if (reason !== undefined && typeof reason !== 'string') return '`reason` must be a string'
  if (farewell !== undefined && farewell !== null && typeof farewell !== 'string')
    return '`farewell` must be a string'
  const text = farewell?.trim() ?? ''
  if (text.length > maxFarewellLength)
    return `\`farewell\` must not be longer than ${maxFarewellLength} letters`
  return { farewell: text === '' ? null : text }
}
