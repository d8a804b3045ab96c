import type { ToolDefinition } from '../../speech/port.ts'

/** No menu, extension or card number is longer; pauses count too, so that the line is not silent for long. */
const maxKeys = 64
const keys = /^[0-9*#A-DwW]+$/

export const sendDtmfDefinition: ToolDefinition = {
  name: 'send_dtmf',
  description:
    'Presses keys of the phone, as automatic menus, extensions and conference rooms ask for. Afterwards wait for what the other side says; do not talk over a menu.',
  parameters: {
    type: 'object',
    properties: {
      digits: {
        type: 'string',
        description: `The keys in order: 0-9, *, #, A-D. w waits half a second, W a whole one. At most ${maxKeys}.`,
        pattern: keys.source,
        minLength: 1,
        maxLength: maxKeys,
      },
    },
    required: ['digits'],
    additionalProperties: false,
  },
}

/** Reads the model's arguments; a fault says what is wrong with them. */
export function readSendDtmf(
  given: Readonly<Record<string, unknown>>,
): { readonly digits: string } | { readonly fault: string } {
  const { digits } = given
  if (typeof digits !== 'string' || digits === '') return { fault: '`digits` must be a string of keys' }
  if (digits.length > maxKeys) return { fault: `\`digits\` must not be longer than ${maxKeys} keys` }
  if (!keys.test(digits)) return { fault: '`digits` may hold only 0-9, *, #, A-D, w and W' }
  if (/^[wW]+$/.test(digits)) return { fault: '`digits` holds only pauses' }
  return { digits }
}
