import { setTimeout as sleep } from 'node:timers/promises'
import { MOST_DIGITS, unsendableDigit } from '@parley/wire/rtp/digit-slots'
import type { StreamCodec, Vendor } from '../vendor.ts'
import type { Playout } from './playout.ts'

/** Presses keys in whichever way the vendor knows. */
export interface DigitSender {
  /** Resolves when the last digit has left. Rejects with RangeError for what is no digit. */
  send(digits: string, signal: AbortSignal): Promise<void>
  /** A request's tones have been played. */
  played(request: number): void
  /** The call is over: nobody waits any longer. */
  end(): void
}

export interface DigitRoads {
  readonly vendor: Vendor
  readonly media: { readonly codec: StreamCodec }
  sendDigitsByRest(digits: string, signal: AbortSignal): Promise<void>
}

export interface DigitLine {
  readonly playout: Playout
  position(): number
  send(text: string): void
}

/** 100 ms of tone and as much silence: what every receiver of RFC 4733 and of tones can tell apart. */
const msPerDigit = 200
const pauseMs: Readonly<Record<string, number>> = { w: 500, W: 1_000 }

export function openDigitSender(roads: DigitRoads, line: DigitLine): DigitSender {
  const over = new AbortController()
  const waiting = new Map<number, () => void>()
  let requests = 0
  const byTones = async (digits: string, signal: AbortSignal): Promise<void> => {
    requests += 1
    const request = requests
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.set(request, resolve)
    line.playout.addDigits(request, digits, line.position())
    const stop = (): void => {
      line.playout.cancelDigits(request)
      resolve()
    }
    signal.addEventListener('abort', stop, { once: true })
    await promise
    signal.removeEventListener('abort', stop)
    waiting.delete(request)
  }
  const roadOf = {
    tones: byTones,
    message: (digits: string, signal: AbortSignal) => byMessages(digits, { roads, line, signal }),
    request: async (digits: string, signal: AbortSignal) => {
      await roads.sendDigitsByRest(digits, signal)
      await sleep(durationMs(digits), undefined, { signal })
    },
  }
  return {
    async send(digits, signal) {
      signal.throwIfAborted()
      demandDigits(digits)
      if (digits === '') return
      const either = AbortSignal.any([signal, over.signal])
      await roadOf[roads.vendor.capabilities.digits](digits, either)
      either.throwIfAborted()
    },
    played: request => waiting.get(request)?.(),
    end: () => over.abort(new Error('the call is over')),
  }
}

function demandDigits(digits: string): void {
  const unsendable = unsendableDigit(digits)
  if (unsendable !== undefined) throw new RangeError(`not a digit: ${JSON.stringify(unsendable)}`)
  if (digits.length > MOST_DIGITS) throw new RangeError(`more than ${MOST_DIGITS} digits`)
}

async function byMessages(
  digits: string,
  { roads, line, signal }: { roads: DigitRoads; line: DigitLine; signal: AbortSignal },
): Promise<void> {
  for (const digit of digits) {
    const message = digit in pauseMs ? null : roads.media.codec.digit(digit)
    if (message !== null) line.send(message)
    await sleep(durationMs(digit), undefined, { signal })
  }
}

function durationMs(digits: string): number {
  return Array.from(digits).reduce((total, digit) => total + (pauseMs[digit] ?? msPerDigit), 0)
}
