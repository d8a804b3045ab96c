import { disclosureReplyId, openingReplyId } from '../conversation/agent.ts'
import { composePrompt, type Moment } from '../conversation/prompt.ts'
import { toolsFor } from '../conversation/tools/definitions.ts'
import type { OutsideTool } from '../conversation/tools/outside.ts'
import type { CallPlan } from '../domain/call-plan.ts'
import type { VoiceSession } from '../speech/port.ts'

/** What the agent says first, whoever answers: asked for while the phone rings. Null: the model opens. */
export function firstWords({
  disclosure,
  firstSentence,
}: CallPlan): { replyId: string; text: string } | null {
  if (disclosure !== undefined) return { replyId: disclosureReplyId, text: disclosure }
  return firstSentence === null ? null : { replyId: openingReplyId, text: firstSentence }
}

/** What a voice needs to know of a call. */
export function voiceSession(plan: CallPlan, moment: Moment, tools: readonly OutsideTool[]): VoiceSession {
  const outside = tools.map(({ definition }) => definition)
  return {
    mode: plan.mode,
    model: plan.model,
    voice: plan.voice,
    ...(plan.voiceProvider === undefined ? {} : { voiceProvider: plan.voiceProvider }),
    prompt: composePrompt(plan, moment, outside),
    purpose: plan.prompt.text,
    language: plan.language,
    temperature: plan.temperature,
    tools: toolsFor(plan, outside),
    ...(plan.interruption?.threshold === undefined ? {} : { speechThreshold: plan.interruption.threshold }),
    facts: plan.requestData,
  }
}
