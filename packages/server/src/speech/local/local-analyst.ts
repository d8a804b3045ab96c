import type { Analyst, AnalysisRequest } from '../port.ts'
import { dialogueOf } from './brain/local-brain.ts'
import { type Goal, readGoal } from './brain/goal.ts'

/** A summary without a model: what patterns can tell, and no more. */
export class LocalAnalyst implements Analyst {
  async summarize(request: AnalysisRequest): Promise<string | null> {
    if (request.transcript.length === 0) return null
    const goal = readGoal(request.prompt, request.facts)
    const said = request.transcript.filter(entry => entry.user === 'user')
    const { result } = dialogueOf(said.map(entry => ({ role: 'user', text: entry.text })))
    const callee = goal.calleeName ?? 'the callee'
    const purpose = goal.kind === 'confirm' ? `to confirm ${subject(goal)}` : `about ${subject(goal)}`
    return `The agent called ${callee} ${purpose}. ${finding(result, said.length)} (Summary by patterns, without a language model.)`
  }
}

function subject(goal: Goal): string {
  const what = goal.subject.replace(/^your /, 'the ').replace(/^this call$/, 'a matter of the caller')
  const when = [goal.day, goal.time && `at ${goal.time}`].filter(Boolean).join(' ')
  return when === '' ? what : `${what} (${when})`
}

function finding(result: ReturnType<typeof dialogueOf>['result'], sentences: number): string {
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
