import type { CallPlan } from '../../domain/call-plan.ts'
import type { ToolDefinition } from '../../speech/port.ts'
import { endCallDefinition } from './end-call.ts'
import { sendDtmfDefinition } from './send-dtmf.ts'
import { switchLanguageDefinition } from './switch-language.ts'
import { transferCallDefinition } from './transfer-call.ts'

/** What the agent of this call can do besides talking. */
export function toolsFor(
  {
    keypad,
    language,
    transfer,
    otherLanguages = [],
  }: Pick<CallPlan, 'keypad' | 'transfer' | 'language' | 'otherLanguages'>,
  outside: readonly ToolDefinition[] = [],
): readonly ToolDefinition[] {
  return [
    endCallDefinition,
    ...(keypad?.send === false ? [] : [sendDtmfDefinition]),
    ...(transfer === undefined ? [] : [transferCallDefinition(transfer)]),
    ...(otherLanguages.length === 0 ? [] : [switchLanguageDefinition([language, ...otherLanguages])]),
    ...outside,
  ]
}
