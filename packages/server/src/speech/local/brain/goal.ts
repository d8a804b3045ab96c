/**
 * What a call is for, read from its prompt and its data as far as patterns go. A prompt that no pattern
 * fits still yields a goal: to pass on the first sentence and take an answer.
 */
export interface Goal {
  /** The agent's own name, e.g. "Sarah". */
  readonly agentName: string | null
  /** Who it calls for, e.g. "Bright Dental". */
  readonly organisation: string | null
  readonly calleeName: string | null
  /** What is to be confirmed or told, e.g. "your appointment". */
  readonly subject: string
  readonly kind: 'confirm' | 'inform'
  /** Date and time as they should be spoken; null when the call has none. */
  readonly day: string | null
  readonly time: string | null
  readonly place: string | null
}

/** `facts` are the values that filled the prompt's placeholders. */
export function readGoal(prompt: string, facts: Readonly<Record<string, string>>): Goal {
  const find = (...names: string[]) => factNamed(facts, names)
  const subject = subjectIn(prompt)
  return {
    agentName: match(prompt, /\b(?:[Yy]ou are|[Yy]our name is|[Tt]his is|I'm)\s+([A-Z][\p{L}'-]+)/u),
    organisation: match(
      prompt,
      /\b(?:at|from|for|with)\s+((?:[A-Z][\p{L}&'-]*)(?:\s+[A-Z][\p{L}&'-]*){0,4})/u,
    ),
    calleeName: find('name', 'first_name', 'patient', 'customer') ?? possessorIn(prompt),
    subject,
    kind: /\b(confirm|verify|check that|remind)/i.test(prompt) ? 'confirm' : 'inform',
    day:
      spokenDay(find('date', 'day') ?? '') ??
      match(prompt, /\b(today|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/i),
    time: find('time', 'hour') ?? match(prompt, /\bat\s+(\d{1,2}(?::\d{2})?\s*(?:[AaPp]\.?[Mm])?)/),
    place: find('address', 'location', 'place'),
  }
}

/** "2025-12-24" becomes "Wednesday, December 24"; other texts stay as they are. */
export function spokenDay(text: string): string | null {
  if (text.trim() === '') return null
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim())
  if (!iso) return text.trim()
  const date = new Date(`${text.trim()}T12:00:00Z`)
  if (Number.isNaN(date.getTime())) return text.trim()
  return new Intl.DateTimeFormat('en-US', {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(date)
}

function match(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1]?.trim() ?? null
}

/** The value whose name ends in one of these words: `appointment_date` is a date. */
function factNamed(facts: Readonly<Record<string, string>>, names: readonly string[]): string | null {
  for (const name of names)
    for (const [key, value] of Object.entries(facts))
      if (key.toLowerCase() === name || key.toLowerCase().endsWith(`_${name}`)) return value
  return null
}

function possessorIn(prompt: string): string | null {
  return match(prompt, /\b(?:confirm|verify|about|remind)\s+([A-Z][\p{L}-]+(?:\s[A-Z][\p{L}-]+)?)'s\b/u)
}

function subjectIn(prompt: string): string {
  const noun = match(
    prompt,
    /\b((?:dental |medical |doctor's |job |table )?(?:appointment|reservation|booking|order|delivery|interview|meeting|visit|subscription|payment))\b/i,
  )
  return noun === null ? 'this call' : `your ${noun.toLowerCase()}`
}
