import type { GuidanceKind } from '../../../domain/guidance.ts'
import { type Dialogue, type Move, questionIn } from './dialogue.ts'
import type { Goal } from './goal.ts'

/** What the agent says for a move. Spoken style, one question at a time, nothing promised that is not done. */
export function replyTo(state: Dialogue, { goal, sentence }: { goal: Goal; sentence: string }): string {
  if (state.move === 'answer_question') return `${answerTo(sentence, goal)} ${question(state, goal)}`.trim()
  return byMove[state.move](goal, state)
}

/** What the agent says when the conversation, not the callee, asks for words. */
export function replyToGuidance(
  kind: GuidanceKind,
  { goal, state }: { goal: Goal; state: Dialogue },
): string {
  return byGuidance[kind](goal, state)
}

/** What whoever takes the call over is told. */
export function briefing(goal: Goal): string {
  const who = goal.calleeName ?? 'Somebody'
  return `Hello, this is ${self(goal)}. ${who} is on the line about ${goal.subject}, and asked for a person.`
}

type Line = (goal: Goal, state: Dialogue) => string

const byGuidance: Record<GuidanceKind, Line> = {
  opening: openingLine,
  stillThere: () => 'Are you still there?',
  notUnderstood: (goal, state) => byMove.not_understood(goal, state),
  farewell: (goal, state) => byMove.bye(goal, state),
  cannotHear: () => `I'm sorry, I can't hear you any more, so I have to end this call. Goodbye.`,
  nobodyThere: () => `I can't hear you, so I will try again another time. Goodbye.`,
  timeIsUp: (goal, state) => `I'm sorry, our time is up. ${resultLine(goal, state)} Goodbye.`,
  stopped: () => `I'm sorry, I have to end the call now. Thank you for your time. Goodbye.`,
  truth: (goal, state) => `${answers.robot(goal)} ${question(state, goal)}`.trim(),
  goOn: (goal, state) => question(state, goal),
  screening: goal => `This is ${self(goal)}. I'm calling about ${goal.subject}${slot(goal)}.`,
  connecting: () => 'One moment please, I will connect you.',
  transferFailed: goal => `I'm sorry, nobody at ${office(goal)} is free to take the call right now.`,
  toolFailed: () => `I'm sorry, that does not work right now.`,
  optedOut: () => `You are on our do-not-call list now, and we will not call you again. Goodbye.`,
  optOutFailed: () => `I'm sorry, I could not record that just now. Please tell me once more in a moment.`,
  backFromFarewell: (goal, state) => question({ ...state, stage: 'anything_else' }, goal),
}

const byMove: Record<Exclude<Move, 'answer_question'>, Line> = {
  open: goal => openingLine(goal),
  ask_goal: (goal, state) => question(state, goal),
  confirmed: goal => `Wonderful, thank you. ${confirmation(goal)} Is there anything else I can help with?`,
  offer_other_day: goal =>
    goal.day === null
      ? 'I understand. Would you like another time instead?'
      : 'I understand. Would another day work better for you?',
  ask_day: () => 'Sure. Which day would work better for you?',
  ask_time: (_, state) => `${capital(state.day ?? 'That day')} is noted. What time would suit you?`,
  check_slot: (_, state) =>
    `That would be ${state.day ?? ''} at ${state.time ?? ''}. Is that right?`.replace('at in the', 'in the'),
  slot_noted: goal =>
    `Thank you. I have noted your wish, and ${office(goal)} will confirm it. Is there anything else?`,
  declined: goal => `All right, I will let ${office(goal)} know. Is there anything else?`,
  ask_what_else: () => 'Sure, what can I do for you?',
  not_understood: (goal, state) =>
    state.misses > 1
      ? `I'm sorry, the line is not very clear. ${question(state, goal)}`
      : `Sorry, I didn't quite catch that. ${question(state, goal)}`,
  press_key: () => `I'm sorry, I can't press keys on this call.`,
  wait: () => 'Of course, take your time.',
  bye: (goal, state) =>
    `Thank you${name(goal)}. ${state.result === 'confirmed' ? 'We look forward to seeing you. ' : ''}Have a good day. Goodbye.`,
  bye_later: goal => `No problem${name(goal)}, we will try again another time. Goodbye.`,
  bye_wrong_number: () => `I'm sorry for the mistake. Have a good day. Goodbye.`,
  bye_opt_out: () => `I understand, and I'm sorry for the trouble. Goodbye.`,
  bye_person: goal => `I will ask ${office(goal)} to have a person call you. Thank you, goodbye.`,
  bye_bad_line: () =>
    `I'm sorry, I can't make out what you say on this line. We will try again another time. Goodbye.`,
}

function openingLine(goal: Goal): string {
  const hello = goal.calleeName === null ? 'Hello' : `Hello, is this ${goal.calleeName}`
  const reason =
    goal.kind === 'confirm'
      ? `I'm calling to confirm ${goal.subject}${slot(goal)}. Does that still work for you?`
      : `I'm calling about ${goal.subject}. Do you have a moment?`
  return `${hello}${goal.calleeName === null ? '.' : '?'} This is ${self(goal)}. ${reason}`
}

function question(state: Dialogue, goal: Goal): string {
  switch (state.stage) {
    case 'goal':
      return goal.kind === 'confirm'
        ? `Does ${goal.subject}${slot(goal)} still work for you?`
        : 'Do you have a moment?'
    case 'other_day':
      return 'Would another day work better for you?'
    case 'day':
      return 'Which day would work for you?'
    case 'time':
      return 'What time would suit you?'
    case 'check_slot':
      return byMove.check_slot(goal, state)
    case 'anything_else':
      return 'Is there anything else I can help with?'
    case 'over':
      return ''
  }
}

type Question = NonNullable<ReturnType<typeof questionIn>>

const answers: Record<Question, (goal: Goal) => string> = {
  robot: goal => `Yes, I'm an AI assistant calling for ${office(goal)}.`,
  who: goal => `This is ${self(goal)}${goal.agentName === null ? '' : ', an AI assistant'}.`,
  why: goal => `I'm calling about ${goal.subject}${slot(goal)}.`,
  when: goal => (slot(goal) === '' ? `I don't have the date here.` : `It is${slot(goal)}.`),
  where: goal =>
    goal.place === null
      ? `I don't have the address here; ${office(goal)} can tell you.`
      : `It is at ${goal.place}.`,
  repeat: () => '',
}

function answerTo(sentence: string, goal: Goal): string {
  const asked = questionIn(sentence)
  return asked === null ? '' : answers[asked](goal)
}

function self(goal: Goal): string {
  const from = goal.organisation === null ? '' : ` from ${goal.organisation}`
  return `${goal.agentName ?? 'an AI assistant'}${from}`
}

function office(goal: Goal): string {
  return goal.organisation ?? 'the office'
}

function confirmation(goal: Goal): string {
  return goal.kind === 'confirm'
    ? `${capital(goal.subject)}${slot(goal)} is confirmed.`
    : 'I have noted that.'
}

function resultLine(goal: Goal, state: Dialogue): string {
  return state.result === 'confirmed' ? confirmation(goal) : 'We will call you again.'
}

function slot(goal: Goal): string {
  const day =
    goal.day === null ? '' : /^(today|tomorrow|next)/i.test(goal.day) ? ` ${goal.day}` : ` on ${goal.day}`
  return `${day}${goal.time === null ? '' : ` at ${goal.time}`}`
}

function name(goal: Goal): string {
  return goal.calleeName === null ? '' : `, ${goal.calleeName.split(' ')[0]}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
