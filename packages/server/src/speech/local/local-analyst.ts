import type { CallAnalysis } from '@parley/contract/analysis'
import { analysisOf } from '../../domain/call-analysis.ts'
import type { Analyst, AnalysisRequest } from '../port.ts'
import { dialogueOf } from './brain/local-brain.ts'
import { type Goal, readGoal } from './brain/goal.ts'

/** A report without a model: what patterns can tell, and no more. */
export class LocalAnalyst implements Analyst {
  async analyse(request: AnalysisRequest): Promise<CallAnalysis> {
    const { terms, transcript } = request
    if (transcript.length === 0) return analysisOf(terms, {}, 'patterns')
    const goal = readGoal(request.prompt, request.facts)
    const said = request.transcript.filter(entry => entry.user === 'user')
    const { result } = dialogueOf(said.map(entry => ({ role: 'user', text: entry.text })))
    const callee = goal.calleeName ?? 'the callee'
    const purpose = goal.kind === 'confirm' ? `to confirm ${subject(goal)}` : `about ${subject(goal)}`
    const summary = `The agent called ${callee} ${purpose}. ${finding(result, said.length)} (Summary by patterns, without a language model.)`
    const findings = {
      summary: terms.summary ? summary : null,
      disposition: dispositionOf(result, terms.dispositions),
    }
    return analysisOf(terms, findings, 'patterns')
  }
}

type Result = ReturnType<typeof dialogueOf>['result']

/** Words that customers call these results by. */
const names: Record<Result, RegExp> = {
  confirmed: /^(confirmed|accepted|yes|agreed|success(ful)?)$/iu,
  declined: /^(declined|rejected|refused|no|cancell?ed|not[ _-]interested)$/iu,
  moved: /^(moved|rescheduled?|postponed|call[ _-]?back|other[ _-]time)$/iu,
  open: /^(open|unclear|unknown|no[ _-]answer|inconclusive|undecided)$/iu,
}

/** Null where none of the customer's words plainly means the result. */
function dispositionOf(result: Result, dispositions: readonly string[]): string | null {
  return dispositions.find(name => names[result].test(name)) ?? null
}

function subject(goal: Goal): string {
  const what = goal.subject.replace(/^your /, 'the ').replace(/^this call$/, 'a matter of the caller')
  const when = [goal.day, goal.time && `at ${goal.time}`].filter(Boolean).join(' ')
  return when === '' ? what : `${what} (${when})`
}

function finding(result: Result, sentences: number): string {
  if (sentences === 0) return 'The callee said nothing that was understood.'
  switch (result) {
    case 'confirmed':
      return 'The callee confirmed.'
    case 'declined':
      return 'The callee declined.'
    case 'moved':
      return 'The callee asked for another time, which is still to be confirmed.'
    case 'open':
      return 'No clear answer was given.'
  }
}
