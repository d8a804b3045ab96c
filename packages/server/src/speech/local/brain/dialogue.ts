import { type Intent, phrases } from './phrases.ts'
import { intentsOf } from './intents.ts'
import { timeIn } from './when.ts'

/**
 * Where a talk stands, as a fold over what the callee said: the same words lead to the same state. The
 * talk asks for a yes, and by what it hears goes on to another day and time, to questions, or to its end.
 */
export interface Dialogue {
  readonly stage: Stage
  /** What the last sentence called for; the reply is made of this. */
  readonly move: Move
  /** What became of the goal so far. */
  readonly result: 'open' | 'confirmed' | 'declined' | 'moved'
  readonly day: string | null
  readonly time: string | null
  /** Sentences in a row that meant nothing to us. */
  readonly misses: number
  readonly greeted: boolean
}

/** The question that waits for an answer. */
export type Stage = 'goal' | 'other_day' | 'day' | 'time' | 'check_slot' | 'anything_else' | 'over'

export type Move =
  | 'open'
  | 'ask_goal'
  | 'confirmed'
  | 'offer_other_day'
  | 'ask_day'
  | 'ask_time'
  | 'check_slot'
  | 'slot_noted'
  | 'declined'
  | 'ask_what_else'
  | 'answer_question'
  | 'not_understood'
  | 'wait'
  | 'press_key'
  | Farewell

/** Moves after which the call ends. */
export type Farewell =
  | 'bye'
  | 'bye_later'
  | 'bye_wrong_number'
  | 'bye_opt_out'
  | 'bye_person'
  | 'bye_bad_line'

export const opening: Dialogue = {
  stage: 'goal',
  move: 'open',
  result: 'open',
  day: null,
  time: null,
  misses: 0,
  greeted: false,
}

const maxMisses = 3
const questions = ['robot', 'who', 'why', 'when', 'where', 'repeat'] as const satisfies readonly Intent[]
const endings: Partial<Record<Intent, Farewell>> = {
  opt_out: 'bye_opt_out',
  wrong_number: 'bye_wrong_number',
  person: 'bye_person',
  later: 'bye_later',
}

export function isFarewell(move: Move): move is Farewell {
  return move.startsWith('bye')
}

/** The question in the sentence, which is answered before anything else; null: none. */
export function questionIn(sentence: string): (typeof questions)[number] | null {
  return (
    intentsOf(sentence).find((intent): intent is (typeof questions)[number] =>
      (questions as readonly Intent[]).includes(intent),
    ) ?? null
  )
}

/** The callee said something. An empty sentence is speech that could not be made out. */
export function hear(state: Dialogue, sentence: string): Dialogue {
  if (state.stage === 'over') return reopen(state, sentence)
  const means = new Set(intentsOf(sentence))
  const ending = [...means].map(intent => endings[intent]).find(move => move !== undefined)
  if (ending) return { ...state, stage: 'over', move: ending, misses: 0 }
  if (questionIn(sentence) !== null && !means.has('goodbye'))
    return { ...state, move: 'answer_question', misses: 0 }
  if (means.has('hold')) return { ...state, move: 'wait', misses: 0 }
  if (means.has('press')) return { ...state, move: 'press_key', misses: 0 }
  const answered = answer(state, sentence)
  if (answered) return { ...answered, misses: 0 }
  if (means.has('goodbye')) return { ...state, stage: 'over', move: 'bye', misses: 0 }
  if (means.has('greeting') || means.has('speaking'))
    return { ...state, move: 'ask_goal', misses: 0, greeted: true }
  return miss(state)
}

/** What the callee may say next, for a recognizer that can use it. */
export function expected(state: Dialogue): readonly string[] {
  const always: readonly Intent[] = [
    'affirm',
    'deny',
    'goodbye',
    'thanks',
    'repeat',
    'who',
    'robot',
    'wrong_number',
    'opt_out',
    'reschedule',
    'cancel',
    'hold',
    'press',
    'person',
    'when',
    'why',
    'where',
    'later',
    'speaking',
    'greeting',
  ]
  return state.stage === 'over' ? phrases.goodbye : always.flatMap(intent => phrases[intent])
}

interface Answer {
  readonly means: ReadonlySet<Intent>
  /** A day or a time was named; both are in the state by then. */
  readonly named: boolean
  readonly yes: boolean
  readonly no: boolean
}

type Answering = (state: Dialogue, answer: Answer) => Dialogue | null

/** What an answer does to the question that waits for it; null: it is no answer to that. */
const answering: Record<Exclude<Stage, 'over'>, Answering> = {
  goal: answerGoal,
  other_day: (state, { means, named, yes, no }) => {
    if (named || means.has('reschedule') || yes) return nextSlotQuestion(state)
    return no || means.has('cancel') ? declined(state) : null
  },
  day: answerSlot,
  time: answerSlot,
  check_slot: (state, { named, yes, no }) => {
    if (named) return nextSlotQuestion(state)
    if (yes) return { ...state, stage: 'anything_else', move: 'slot_noted', result: 'moved' }
    return no ? { ...state, stage: 'day', move: 'ask_day', day: null, time: null } : null
  },
  anything_else: answerAnythingElse,
}

function answer(state: Dialogue, sentence: string): Dialogue | null {
  if (state.stage === 'over') return null
  const means = new Set(intentsOf(sentence))
  const named = timeIn(sentence)
  const no = means.has('deny')
  return answering[state.stage](
    { ...state, day: named.day ?? state.day, time: named.time ?? state.time },
    { means, named: named.day !== null || named.time !== null, yes: means.has('affirm') && !no, no },
  )
}

function answerGoal(state: Dialogue, { means, named, yes, no }: Answer): Dialogue | null {
  if (means.has('reschedule')) return nextSlotQuestion(state)
  if (means.has('cancel')) return declined(state)
  if (no) return named ? nextSlotQuestion(state) : { ...state, stage: 'other_day', move: 'offer_other_day' }
  if (yes && means.has('goodbye')) return { ...state, stage: 'over', move: 'bye', result: 'confirmed' }
  if (yes) return { ...state, stage: 'anything_else', move: 'confirmed', result: 'confirmed' }
  return named ? nextSlotQuestion(state) : null
}

function answerSlot(state: Dialogue, { named, no }: Answer): Dialogue | null {
  if (named) return nextSlotQuestion(state)
  return no ? declined(state) : null
}

function answerAnythingElse(state: Dialogue, { means, named, yes, no }: Answer): Dialogue | null {
  if (means.has('reschedule') || named) return nextSlotQuestion(state)
  if (means.has('cancel')) return declined(state)
  if (no || means.has('thanks') || means.has('goodbye')) return { ...state, stage: 'over', move: 'bye' }
  return yes ? { ...state, move: 'ask_what_else' } : null
}

function declined(state: Dialogue): Dialogue {
  return { ...state, stage: 'anything_else', move: 'declined', result: 'declined' }
}

/** Asks for what is still missing of a day and a time, then checks both. */
function nextSlotQuestion(state: Dialogue): Dialogue {
  if (state.day === null) return { ...state, stage: 'day', move: 'ask_day' }
  if (state.time === null) return { ...state, stage: 'time', move: 'ask_time' }
  return { ...state, stage: 'check_slot', move: 'check_slot' }
}

/** After a farewell only something to answer brings the talk back; anything else is answered by a goodbye. */
function reopen(state: Dialogue, sentence: string): Dialogue {
  const means = intentsOf(sentence)
  const wanted = questionIn(sentence) !== null || means.includes('reschedule') || means.includes('cancel')
  return wanted ? hear({ ...state, stage: 'anything_else' }, sentence) : state
}

function miss(state: Dialogue): Dialogue {
  const misses = state.misses + 1
  if (misses >= maxMisses) return { ...state, stage: 'over', move: 'bye_bad_line', misses }
  return { ...state, move: 'not_understood', misses }
}
