/** How a phone is answered, which its number decides. */
export type Manner =
  | { readonly type: 'refuses'; readonly ringMs: number; readonly status: number }
  /** Hangs up after that, unless the agent has. */
  | { readonly type: 'answers'; readonly ringMs: number; readonly holdMs: number }

const firstNumber = 1_000
/** Long after the reaper must have hung up: whoever still holds then was left hanging. */
const patientMs = 60_000

/** Each its own, so that a number that rings twice was dialled twice. */
export function numberOf(place: number): string {
  return `+1415555${String(firstNumber + place).padStart(4, '0')}`
}

/** Every tenth is busy, every tenth declines, every sixteenth waits for the agent to hang up. */
export function mannerOf(number: string): Manner {
  const place = Number(number.slice(-4)) - firstNumber
  const ringMs = 50 + ((place * 37) % 250)
  if (place % 10 === 3) return { type: 'refuses', ringMs, status: 486 }
  if (place % 10 === 7) return { type: 'refuses', ringMs, status: 603 }
  if (isPatient(place)) return { type: 'answers', ringMs, holdMs: patientMs }
  return { type: 'answers', ringMs, holdMs: 300 + ((place * 7_919) % 2_500) }
}

/** Calls to these end by themselves after half a minute. */
export function isPatient(place: number): boolean {
  return place % 16 === 2
}
