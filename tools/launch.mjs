// Runs a program of this repository under Node 24, whatever Node the shell has. The runtime comes with
// `npm ci` as an optional dependency; npm scripts find it first on their PATH, and this file finds it
// for everything else. Written for Node 20, so that an older system node can read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const wantedMajor = 24
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bundled = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
const current = Number(process.versions.node.split('.')[0])
const runtime = current >= wantedMajor ? process.execPath : bundled
if (!existsSync(runtime)) {
  console.error(
    `Parley needs Node ${wantedMajor} or newer; this is ${process.versions.node}, and npm brought none for ` +
      `${process.platform}-${process.arch}. Install Node ${wantedMajor} and try again.`,
  )
  process.exit(1)
}

const [program, ...rest] = process.argv.slice(2)
if (program === undefined) {
  console.error('usage: node tools/launch.mjs PROGRAM [ARGUMENTS]')
  process.exit(2)
}
const path = `${dirname(runtime)}:${process.env.PATH ?? ''}`
const child = spawn(runtime, ['--disable-warning=ExperimentalWarning', join(root, program), ...rest], {
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name))
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
