import { languageName, sameLanguage } from '../../domain/language.ts'
import type { ToolDefinition } from '../../speech/port.ts'
import { ask } from '../ask.ts'
import type { Happening } from '../happening.ts'
import type { ConversationState, Part, Step } from '../state.ts'
import { chain, report } from '../step.ts'
import { answerTool, type ReadToolCall, refuseTool, type ToolCallName } from './tool-answer.ts'
import { countCall } from './tool-use.ts'

export const switchLanguageName = 'switch_language'

/** `languages`: BCP 47. */
export function switchLanguageDefinition(languages: readonly string[]): ToolDefinition {
  return {
    name: switchLanguageName,
    description:
      'Changes the language in which the other person is understood and in which you are heard. Use it as soon as they speak another language or ask for one; until then what they say in it is not understood. Go on in the new language when it has succeeded.',
    parameters: {
      type: 'object',
      properties: {
        language: { type: 'string', enum: languages, description: languages.map(languageName).join(', ') },
      },
      required: ['language'],
      additionalProperties: false,
    },
  }
}

/** The change waits until what the callee is saying is known: it is still in the language before. */
export interface LanguageSwitch {
  readonly call: ToolCallName
  readonly language: string
  readonly phase: 'waiting' | 'opening'
}

/** Takes the language that the model wants, when the call can be held in it. */
export function takeLanguage(state: ConversationState, call: ReadToolCall, happening: Happening): Step {
  const refuse = (fault: string) => refuseTool(state, call, { fault, happening })
  const { language: current, languages, settings } = state.terms
  if (languages.length === 0) return refuse('The language of this call can not be changed')
  if (state.ending.phase !== 'open') return refuse('The call is ending')
  if (state.switching) return refuse('The language is being changed already')
  const { language: wanted } = call.parsed
  const language = languages.find(
    tag => typeof wanted === 'string' && tag.toLowerCase() === wanted.toLowerCase(),
  )
  if (language === undefined) return refuse(`\`language\` must be one of: ${languages.join(', ')}`)
  if (sameLanguage(language, current)) return refuse(`The call is held in ${languageName(current)} already`)
  const [tools, forbidden] = countCall(state.tools, call, settings.toolBudget)
  if (forbidden !== null) return refuse(forbidden)
  const { toolCallId, name } = call
  return [{ ...state, tools, switching: { call: { toolCallId, name }, language, phase: 'waiting' } }, []]
}

export const languageSwitches: Part = (state, { event, nowMs }) => {
  const { switching, callee } = state
  if (!switching) return null
  const { call, language, phase } = switching
  if (event.type === 'tick' && phase === 'waiting' && !callee.speaking && !callee.awaitingWords) {
    const opening = { ...state, switching: { ...switching, phase: 'opening' as const } }
    return [opening, [{ type: 'switch_language', toolCallId: call.toolCallId, language }]]
  }
  if (event.type !== 'language_switched' || event.toolCallId !== call.toolCallId) return null
  const settled = event.fault === null ? switched(state, switching, nowMs) : kept(state, event.fault, nowMs)
  if (state.ending.phase !== 'open' || callee.speaking) return settled
  return chain(settled, next => ask(next, { purpose: 'answer' }, nowMs))
}

/** What the words of a turn mean, and what the platform says by itself, go by the terms. */
function switched(state: ConversationState, { call, language }: LanguageSwitch, nowMs: number): Step {
  const text = `From here on the call is held in ${languageName(language)}: speak only that.`
  const terms = { ...state.terms, language }
  const told = answerTool(call, { ok: true }, nowMs)
  return [{ ...state, terms, switching: null }, [...told, { type: 'instruct', text }]]
}

function kept(state: ConversationState, fault: string, nowMs: number): Step {
  const { switching, terms } = state
  const error = `The language could not be changed; the call is still held in ${languageName(terms.language)}`
  const told = switching ? answerTool(switching.call, { error }, nowMs) : []
  const detail = `Changing the language: ${fault}`
  return [
    { ...state, switching: null },
    [report({ type: 'fault', source: 'voice', detail, at_ms: nowMs }), ...told],
  ]
}
