import { callNumber } from './call-number.ts'
import { preflightNumber } from './preflight-number.ts'
import { serverApi } from './server-api.ts'

/** The commands that a running server answers: `preflight` and `call`. */

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly print: (line: string) => void
  readonly remark: (line: string) => void
  readonly onInterrupt: (act: () => void) => Disposable
}

/** The exit code; null: asked wrongly. Throws OperatorError. */
export async function askServer(
  command: 'preflight' | 'call',
  words: readonly string[],
  { environment, print, remark, onInterrupt }: Surroundings,
): Promise<number | null> {
  const api = serverApi(environment)
  if (command === 'call') {
    const isTalk = await callNumber({ api, tell: print, remark, onInterrupt }, words)
    return isTalk === null ? null : Number(!isTalk)
  }
  const answer = await preflightNumber(api, words)
  if (answer === null) return null
  print(words.includes('--json') ? JSON.stringify(answer.verdict, null, 1) : answer.words)
  return answer.verdict.allowed ? 0 : 1
}

/** One Ctrl-C reaches a process of npm more than once: by the terminal, and by the launcher that passes it on. */
const oneInterruptMs = 500

export function interruptsOf(process: NodeJS.Process): Surroundings['onInterrupt'] {
  return act => {
    let lastMs = -Infinity
    const onSignal = () => {
      const now = performance.now()
      if (now - lastMs > oneInterruptMs) act()
      lastMs = now
    }
    process.on('SIGINT', onSignal)
    return { [Symbol.dispose]: () => process.off('SIGINT', onSignal) }
  }
}
