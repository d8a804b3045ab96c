import { openEars } from '@parley/engines/ears'
import { openSynthesizer } from '@parley/engines/synthesizer'
import { type Answer, corpus, type Label } from './corpus.ts'
import { hearTruly, hearWithEars, withoutWords } from './hear.ts'
import { judge, type Judged } from './judge.ts'
import { render } from './render.ts'

export interface Matrix {
  readonly right: number
  readonly of: number
  /** People who were taken for something else, and would have been hung up on or talked past. */
  readonly peopleLost: number
  readonly people: number
  /** `truth → verdict`, how often. */
  readonly counts: Readonly<Record<string, number>>
  /** Of right verdicts other than human, from the first sound on. */
  readonly verdictP50Ms: number
  readonly verdictP95Ms: number
  /** What was taken for what, in words. */
  readonly mistakes: readonly string[]
}

export interface AnswerFigures {
  /** Every word understood: the rules alone. */
  readonly trueWords: Matrix
  /** Through the local ears, which know English telephone talk, and no Spanish. */
  readonly localEars: Matrix
  /** Answers in languages that no local voice speaks here. */
  readonly skipped: number
}

/** So many answers are heard side by side. */
const atOnce = 4

/** Plays the corpus, or every `nth` answer of it, through the real path: detector, recognizer, supervisor. */
export async function measureAnswers({ nth = 1 }: { nth?: number } = {}): Promise<AnswerFigures> {
  await using opened = new AsyncDisposableStack()
  const synthesizer = opened.use(await openSynthesizer())
  const ears = opened.use(await openEars())
  const spoken = new Set(synthesizer.voices.flatMap(({ languages }) => languages))
  const chosen = corpus.filter((_, index) => index % nth === 0)
  const heard = chosen.filter(({ language }) => spoken.has(language))
  const truly: Verdict[] = []
  const locally: Verdict[] = []
  const queue = [...heard.entries()]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, answer] = next
      const rendered = await render(synthesizer, answer, index)
      truly.push({ answer, judged: judge(answer, rendered, hearTruly(rendered)) })
      const told = withoutWords(await hearWithEars(ears, rendered), answer)
      locally.push({ answer, judged: judge(answer, rendered, told) })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { trueWords: matrixOf(truly), localEars: matrixOf(locally), skipped: chosen.length - heard.length }
}

interface Verdict {
  readonly answer: Answer
  readonly judged: Judged
}

function matrixOf(verdicts: readonly Verdict[]): Matrix {
  const counts: Record<string, number> = {}
  const isRight = ({ answer, judged }: Verdict) => answer.label === judged.label
  for (const { answer, judged } of verdicts) {
    const cell = `${answer.label} → ${judged.label}`
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  const people = verdicts.filter(({ answer }) => answer.label === 'human')
  const times = verdicts
    .filter(one => isRight(one) && one.answer.label !== 'human')
    .flatMap(({ judged }) => (judged.atMs === null ? [] : [judged.atMs - 300]))
    .toSorted((a, b) => a - b)
  return {
    right: verdicts.filter(isRight).length,
    of: verdicts.length,
    people: people.length,
    peopleLost: people.filter(({ judged }) => !['human', 'nobody'].includes(judged.label)).length,
    counts,
    verdictP50Ms: times[Math.floor(times.length * 0.5)] ?? 0,
    verdictP95Ms: times[Math.floor(times.length * 0.95)] ?? 0,
    mistakes: verdicts
      .filter(one => !isRight(one))
      .map(({ answer, judged }) => `${answer.label} → ${judged.label}: ${wordsOf(answer)}`),
  }
}

function wordsOf({ parts }: Answer): string {
  return parts.filter(part => typeof part === 'string').join(' ') || 'tones'
}

/** As a table, truth down and verdict across. */
export function tableOf({ counts, ...matrix }: Matrix): string {
  const labels = [...new Set(corpus.map(({ label }) => label))] as Label[]
  const cell = (truth: Label, verdict: Label) => String(counts[`${truth} → ${verdict}`] ?? '.').padStart(5)
  const short = (label: Label) => label.slice(0, 5).padStart(5)
  const rows = labels.map(truth => `${truth.padEnd(15)}${labels.map(label => cell(truth, label)).join('')}`)
  const { right, of, people, peopleLost, verdictP50Ms, verdictP95Ms, mistakes } = matrix
  return [
    `${' '.repeat(15)}${labels.map(short).join('')}`,
    ...rows,
    `right ${right} of ${of}; people lost ${peopleLost} of ${people}; verdict p50 ${verdictP50Ms} ms, p95 ${verdictP95Ms} ms after the first sound`,
    ...mistakes.map(mistake => `  ${mistake}`),
  ].join('\n')
}
