import type { CallPlan } from '../domain/call-plan.ts'
import type { StandbyClips, VoiceCapabilities } from '../speech/port.ts'
import { hasFastBusy } from './answering/line-signals.ts'
import { type ConversationSettings, defaultSettings } from './settings.ts'
import type { Terms } from './state.ts'

const bothWays = { send: true, receive: true }
const hangUpOnIt = { action: 'hang_up' } as const

interface TermsOfCall {
  readonly plan: CallPlan
  readonly mailboxHeard?: boolean
  readonly standby?: StandbyClips | null
}

/** What is fixed for the whole conversation: what the customer wants, what the voice can, how a talk goes. */
export function termsOf(
  { plan, mailboxHeard = false, standby = null }: TermsOfCall,
  { takesTurns, needsWords, outside = [] }: VoiceCapabilities & Partial<Pick<Terms, 'outside'>>,
  changes: Partial<ConversationSettings> = {},
): Terms {
  const { firstSentence, maxDurationMs, language } = plan
  const { keypad = bothWays, transfer = null, disclosure = null } = plan
  const { voicemail = hangUpOnIt, waitForGreeting = false, otherLanguages = [] } = plan
  const settings = { ...defaultSettings, ...wishes(plan), ...changes }
  const talk = { settings, takesTurns, needsWords, disclosure, firstSentence, maxDurationMs, standby }
  return {
    ...talk,
    outside,
    language,
    languages: otherLanguages.length === 0 ? [] : [language, ...otherLanguages],
    keypad,
    transfer,
    voicemail,
    waitForGreeting,
    mailboxHeard,
    fastBusy: hasFastBusy(plan.to),
  }
}

function wishes({ interruption, silence }: CallPlan): Partial<ConversationSettings> {
  return {
    ...(interruption && { interruptible: interruption.enabled, minSpeechMs: interruption.minSpeechMs }),
    ...(silence && { silencePromptMs: silence.promptMs, silenceFarewellMs: silence.farewellMs }),
  }
}
