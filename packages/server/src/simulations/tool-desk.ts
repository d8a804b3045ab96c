import type { SimulatedToolCall } from '@parley/contract/simulations'
import { defaultSettings } from '../conversation/settings.ts'
import { endCallDefinition, readEndCall } from '../conversation/tools/end-call.ts'
import type { OutsideTool } from '../conversation/tools/outside.ts'
import { readSendDtmf, sendDtmfDefinition } from '../conversation/tools/send-dtmf.ts'
import { switchLanguageName } from '../conversation/tools/switch-language.ts'
import type { ToolResult } from '../conversation/tools/tool-answer.ts'
import {
  callKey,
  countCall,
  effectFault,
  noToolCalls,
  parseArguments,
} from '../conversation/tools/tool-use.ts'
import { readTransferCall, transferCallName } from '../conversation/tools/transfer-call.ts'
import type { CallPlan } from '../domain/call-plan.ts'
import { languageName } from '../domain/language.ts'
import type { HarmlessTools } from './harmless-tools.ts'
import type { Thought } from './think.ts'

/** What follows a tool call in the talk. */
export type Consequence =
  /** The agent speaks again, knowing the result. */
  | { readonly next: 'reply'; readonly instruct?: string }
  /** It is the callee's turn. */
  | { readonly next: 'listen' }
  /** The agent says goodbye: in these words, or its own where they are null. */
  | { readonly next: 'end'; readonly farewell: string | null }
  | { readonly next: 'opted_out' | 'transfer' }

type Wanted = Thought['calls'][number]
type Given = Readonly<Record<string, unknown>>
type Done = readonly [ToolResult, Consequence]

const { toolBudget, effectBudget } = defaultSettings
const reply: Consequence = { next: 'reply' }

/**
 * Takes an agent's tool calls under the rules of a call (`conversation/tools/`), with nothing at the far end of them: no
 * key is pressed, nobody is reached, nothing is written.
 */
export class ToolDesk {
  /** All that was wanted, in order. */
  readonly taken: SimulatedToolCall[] = []
  readonly #plan: CallPlan
  readonly #outside: HarmlessTools
  #use = noToolCalls
  #effects = 0
  readonly #done = new Map<string, ToolResult>()

  constructor(plan: CallPlan, outside: HarmlessTools) {
    this.#plan = plan
    this.#outside = outside
  }

  async take(wanted: Wanted, signal: AbortSignal): Promise<Done> {
    const parsed = parseArguments(wanted.arguments)
    const given = typeof parsed === 'string' ? wanted.arguments : parsed
    const refusal = typeof parsed === 'string' ? parsed : this.#refusalOf(wanted, parsed)
    const done: Done =
      typeof parsed === 'string' || refusal !== null
        ? [{ error: refusal ?? '' }, reply]
        : await this.#carryOut(wanted, parsed, signal)
    this.taken.push({
      name: wanted.name,
      arguments: kept(given),
      result: kept(done[0]),
      refused: refusal !== null,
      simulated: refusal === null && this.#outside.isSimulated(wanted.name),
    })
    return done
  }

  #refusalOf(wanted: Wanted, given: Given): string | null {
    const { name } = wanted
    const own = ownChecks.get(name)
    const tool = this.#toolNamed(name)
    const fault = own ? own(given, this.#plan) : tool ? tool.faultIn(given) : `There is no tool named ${name}`
    // Ending and being left alone are always possible.
    if (fault !== null || name === endCallDefinition.name || tool?.afterwards === 'opt_out') return fault
    const [use, forbidden] = countCall(this.#use, wanted, toolBudget)
    this.#use = use
    if (forbidden !== null || !tool?.hasEffects || this.#done.has(callKey(name, given))) return forbidden
    const usedUp = effectFault(this.#effects, effectBudget)
    if (usedUp === null) this.#effects += 1
    return usedUp
  }

  async #carryOut(wanted: Wanted, given: Given, signal: AbortSignal): Promise<Done> {
    const { name, toolCallId } = wanted
    const own = ownConsequences.get(name)
    if (own) return [{ ok: true }, own(given)]
    const tool = this.#toolNamed(name)
    const key = callKey(name, given)
    const result =
      this.#done.get(key) ?? (await this.#outside.use({ toolCallId, name, arguments: given }, signal))
    if (tool?.hasEffects && 'ok' in result) this.#done.set(key, result)
    return [result, tool?.afterwards === 'opt_out' && 'ok' in result ? { next: 'opted_out' } : reply]
  }

  #toolNamed(name: string): OutsideTool | undefined {
    return this.#outside.tools.find(({ definition }) => definition.name === name)
  }
}

/** More of an argument or a result nobody reads in a report. */
const mostKept = 4_000

/** As it was, or the beginning of its JSON. */
function kept(value: unknown): unknown {
  const json = JSON.stringify(value)
  return json.length > mostKept ? `${json.slice(0, mostKept)}…` : value
}

/** What is wrong with calls of the conversation's own tools; null: nothing. */
const ownChecks: ReadonlyMap<string, (given: Given, plan: CallPlan) => string | null> = new Map([
  [endCallDefinition.name, (given: Given) => textOf(readEndCall(given))],
  [
    sendDtmfDefinition.name,
    (given: Given, { keypad }: CallPlan) => {
      if (keypad?.send === false) return 'Pressing keys is not allowed on this call'
      const read = readSendDtmf(given)
      return 'fault' in read ? read.fault : null
    },
  ],
  [
    transferCallName,
    (given: Given, { transfer }: CallPlan) =>
      transfer ? textOf(readTransferCall(given, transfer)) : 'This call can be transferred to nobody',
  ],
  [
    switchLanguageName,
    ({ language: wanted }: Given, { language, otherLanguages = [] }: CallPlan) => {
      if (otherLanguages.length === 0) return 'The language of this call can not be changed'
      const known = [language, ...otherLanguages]
      return known.some(tag => tag === wanted) ? null : `\`language\` must be one of: ${known.join(', ')}`
    },
  ],
])

const ownConsequences: ReadonlyMap<string, (given: Given) => Consequence> = new Map([
  [endCallDefinition.name, ending],
  [sendDtmfDefinition.name, (): Consequence => ({ next: 'listen' })],
  [transferCallName, (): Consequence => ({ next: 'transfer' })],
  [switchLanguageName, switching],
])

function ending(given: Given): Consequence {
  const read = readEndCall(given)
  return { next: 'end', farewell: typeof read === 'string' ? null : read.farewell }
}

function switching({ language }: Given): Consequence {
  const name = languageName(String(language))
  return { next: 'reply', instruct: `From here on the call is held in ${name}: speak only that.` }
}

function textOf(read: unknown): string | null {
  return typeof read === 'string' ? read : null
}
