import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FinishedCall, Platform } from '../../packages/rehearsal/test/platform/platform.ts'
import type { Scenario } from './scenario.ts'

interface Kept {
  readonly folder: string
  readonly platform: Platform
  readonly scenario: Scenario
}

/** Puts what can be known of a call into a folder, under the name and the mode of its scenario, for ears and eyes. */
export async function keepCall(finished: FinishedCall, { folder, platform, scenario }: Kept): Promise<void> {
  const { id, call, events, callee, recording } = finished
  const file = join(folder, `${scenario.name.replaceAll(' ', '-')}.${String(scenario.request.mode)}`)
  await mkdir(folder, { recursive: true })
  await writeFile(`${file}.json`, JSON.stringify({ scenario, call, events, callee }, null, 2))
  if (recording !== null) await copyFile(join(platform.dataDir, 'recordings', `${id}.wav`), `${file}.wav`)
}
