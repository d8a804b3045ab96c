import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { toLineAudio } from '../audio/line-audio.ts'
import type { Clause } from '../text/clauses.ts'
import type { LocalVoice } from '../voices.ts'
import { EspeakChild } from './espeak-child.ts'

/** eSpeak NG, as a program beside this process: its licence (GPL) does not allow linking it. */
export interface Espeak extends AsyncDisposable {
  /** ISO 639 codes. */
  readonly languages: readonly string[]
  speaker(voice: LocalVoice, how: { language: string; rate: number }): ClauseSpeaker
}

export type ClauseSpeaker = (clause: Clause, signal: AbortSignal) => Promise<Uint8Array>

/** Children kept alive, each for one voice in one language at one speed. */
const MAX_CHILDREN = 4
const WORDS_PER_MINUTE = 160

/** Null where the program is not installed. */
export async function openEspeak(): Promise<Espeak | null> {
  const listing = await promisify(execFile)('espeak-ng', ['--voices'], { timeout: 5000 }).catch(() => null)
  return listing === null ? null : new EspeakProgram(listedLanguages(listing.stdout))
}

/** Second column of the listing: `pt-br`, `es`, `es-419`. */
function listedLanguages(listing: string): string[] {
  const rows = listing.split('\n').slice(1)
  return rows.flatMap(row => /^\s*\d+\s+([\w-]+)/.exec(row)?.[1]?.toLowerCase() ?? [])
}

class EspeakProgram implements Espeak {
  readonly languages: readonly string[]
  private readonly codes: ReadonlySet<string>
  /** Least recently used first. */
  private readonly children = new Map<string, EspeakChild>()

  constructor(codes: readonly string[]) {
    this.codes = new Set(codes)
    this.languages = [...new Set(codes.flatMap(code => code.split('-')[0] ?? []))]
  }

  speaker(voice: LocalVoice, { language, rate }: { language: string; rate: number }): ClauseSpeaker {
    const code = this.closestCode(language)
    const { name, pitch } = voice.variant
    const speed = Math.round(WORDS_PER_MINUTE * rate)
    const args = ['-v', `${code}+${name}`, '-p', String(pitch), '-s', String(speed), '--stdout']
    return async ({ text, pauseMs }, signal) => {
      const { samples, sampleRateHz } = await this.child(args).speak(text, signal)
      return toLineAudio({ samples, sampleRateHz, pauseMs })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.children.values()) child.end()
    this.children.clear()
  }

  private child(args: readonly string[]): EspeakChild {
    const key = args.join(' ')
    const known = this.children.get(key)
    const child = known?.usable ? known : new EspeakChild(args)
    this.children.delete(key)
    this.children.set(key, child)
    const [oldest] = this.children
    if (this.children.size > MAX_CHILDREN && oldest) {
      this.children.delete(oldest[0])
      oldest[1].endWhenIdle()
    }
    return child
  }

  private closestCode(language: string): string {
    const wanted = language.toLowerCase()
    const base = wanted.split('-')[0] ?? wanted
    if (this.codes.has(wanted)) return wanted
    return this.codes.has(base) ? base : ([...this.codes].find(code => code.startsWith(`${base}-`)) ?? base)
  }
}
