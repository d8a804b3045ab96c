import { MIXED } from '@parley/wire/audio/line-tones'

/** A tone that was heard on the line; `frequencyHz` is 0 for two low tones together. Times on the media clock. */
export interface HeardTone {
  readonly frequencyHz: number
  readonly fromMs: number
  readonly toMs: number
}

/** What networks and machines say in tones. */
export type LineSignal =
  | 'busy'
  | 'congestion'
  | 'ringback'
  | 'invalid_number'
  /** Three rising tones that do not tell why. */
  | 'not_connected'
  | 'fax'
  /** One tone, as machines give before they record. */
  | 'beep'

/** More are never looked at together. */
const rememberedTones = 6

export function rememberTone(tones: readonly HeardTone[], tone: HeardTone): readonly HeardTone[] {
  return [...tones, tone].slice(-rememberedTones)
}

/**
 * What the newest of these tones, with those before it, says; null: nothing yet. `fastBusy`: the callee's network
 * has no slower busy tone.
 */
export function signalOf(
  tones: readonly HeardTone[],
  { fastBusy }: { readonly fastBusy: boolean },
): LineSignal | null {
  const newest = tones.at(-1)
  if (!newest) return null
  return information(tones) ?? cadence(tones, fastBusy) ?? single(newest)
}

/** Networks whose busy tone is as fast as the congestion tone of others (ITU-T E.180, supplement 2). */
const fastBusyPrefixes = ['+34', '+52', '+57']

export function hasFastBusy(number: string): boolean {
  return fastBusyPrefixes.some(prefix => number.startsWith(prefix))
}

const lengthOf = ({ fromMs, toMs }: HeardTone): number => toMs - fromMs

/**
 * The three rising tones before an announcement: 950, 1400 and 1800 Hz of 330 ms each (ITU-T E.180, Q.35). North
 * American networks tell the reason in the first two (Bellcore SR-2275): short, 274 ms, or long, 380 ms.
 */
function information(tones: readonly HeardTone[]): LineSignal | null {
  const [first, second, third] = tones.slice(-3)
  if (!first || !second || !third) return null
  const rises = isBetween(first.frequencyHz, 890, 1010) && isBetween(second.frequencyHz, 1340, 1460)
  if (!rises || !isBetween(third.frequencyHz, 1740, 1860)) return null
  if (second.fromMs - first.toMs > 60 || third.fromMs - second.toMs > 60) return null
  if (isBetween(first.frequencyHz, 932, 967)) return 'not_connected'
  const isLong = (tone: HeardTone) => lengthOf(tone) > 327
  if (!isLong(second)) return 'invalid_number'
  return 'congestion'
}

/** Regular tones of a network: the pauses tell busy from congestion. */
function cadence(tones: readonly HeardTone[], fastBusy: boolean): LineSignal | null {
  const last = tones.slice(-4)
  if (last.length < 4 || !last.every(isNetworkTone)) return null
  const lengths = last.map(lengthOf)
  const gaps = last.slice(1).map((tone, i) => tone.fromMs - (last[i]?.toMs ?? 0))
  if (!isRegular(lengths)) return null
  if (isThreeByThree(gaps)) return 'congestion'
  if (!isRegular(gaps)) return null
  const onMs = Math.min(...lengths)
  if (Math.abs(onMs - Math.min(...gaps)) > 120) return null
  return onMs >= 290 || fastBusy ? 'busy' : 'congestion'
}

function isRegular(lengths: readonly number[]): boolean {
  return spread(lengths) <= 80 && lengths.every(length => isBetween(length, 120, 650))
}

/** Three short tones, a longer pause (Spain). */
function isThreeByThree(gaps: readonly number[]): boolean {
  const [short = 0, middle = 0, long = 0] = gaps.toSorted((a, b) => a - b)
  return isBetween(short, 120, 280) && middle - short <= 80 && isBetween(long, 500, 700)
}

function single(tone: HeardTone): LineSignal | null {
  const { frequencyHz } = tone
  const ms = lengthOf(tone)
  if (isBetween(frequencyHz, 2070, 2130)) return ms >= 400 ? 'fax' : null
  if (isNetworkTone(tone) && ms >= 700 && (frequencyHz === MIXED || frequencyHz <= 490)) return 'ringback'
  return isBetween(frequencyHz, 350, 2050) && ms >= 100 && ms < 4_900 ? 'beep' : null
}

function isNetworkTone({ frequencyHz }: HeardTone): boolean {
  return frequencyHz === MIXED || isBetween(frequencyHz, 340, 640)
}

function isBetween(value: number, low: number, high: number): boolean {
  return value >= low && value <= high
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values)
}
