import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pcm16ToBytes } from '../src/audio/pcm16.ts'
import { makeTone } from '../src/audio/tone.ts'
import { wavHeader } from '../src/audio/wav-header.ts'
import { readWav } from '../src/audio/wav-reader.ts'

/** baresip as a callee that answers at once and sounds 440 Hz. */
export interface BaresipPhone extends AsyncDisposable {
  readonly uri: string
  /** Ends it and tells what it heard. */
  heard(): Promise<Int16Array>
}

export interface PhoneOptions {
  readonly path: string
  readonly port: number
  /** Beside the ones that every phone needs, e.g. `srtp.so`. */
  readonly modules: readonly string[]
  /** Of the account, e.g. `;mediaenc=srtp-mand`. */
  readonly parameters?: string
  /** How it is called, and calls; UDP when absent. Over TLS it listens one port higher. */
  readonly transport?: 'udp' | 'tcp' | 'tls'
  /** Further lines of its configuration, e.g. `sip_certificate FILE`. */
  readonly config?: readonly string[]
  /** Of the codec that will be agreed: baresip plays files at no other. Default 8000. */
  readonly sampleRateHz?: number
}

export async function startBaresipPhone(options: PhoneOptions): Promise<BaresipPhone> {
  const { path, port, modules, parameters = '', transport = 'udp', sampleRateHz = 8000 } = options
  const folder = await mkdtemp(join(tmpdir(), 'parley-phone-'))
  // Accounts are read when their module is loaded: what they name must be there before.
  const loaded = ['g711.so', 'aufile.so', 'sndfile.so', ...modules, 'account.so', 'menu.so']
  const config = [
    `sip_listen 127.0.0.1:${port}`,
    'net_interface 127.0.0.1',
    'call_max_calls 2',
    `audio_source aufile,${join(folder, 'tone.wav')}`,
    `snd_path ${folder}`,
    'module_path /usr/lib/baresip/modules',
    ...loaded.map(name => `module ${name}`),
    ...(options.config ?? []),
  ]
  const account = `<sip:phone@127.0.0.1:${port};transport=${transport}>;regint=0;answermode=auto${parameters}`
  await writeFile(join(folder, 'config'), `${config.join('\n')}\n`)
  await writeFile(join(folder, 'accounts'), `${account}\n`)
  await writeFile(join(folder, 'contacts'), '')
  await writeFile(join(folder, 'tone.wav'), toneFile(sampleRateHz))
  const child = spawn(path, ['-4', '-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  await untilReady(child)
  return {
    uri: `sip:phone@127.0.0.1:${transport === 'tls' ? port + 1 : port};transport=${transport}`,
    async heard() {
      await stop(child)
      const name = (await readdir(folder)).find(one => one.endsWith('dec.wav'))
      if (name === undefined) throw new Error('baresip heard nothing')
      const channel = readWav(await readFile(join(folder, name))).channels[0]
      return channel ?? new Int16Array(0)
    },
    async [Symbol.asyncDispose]() {
      await stop(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function toneFile(sampleRateHz: number): Uint8Array {
  const samples = pcm16ToBytes(makeTone({ frequenciesHz: [440], durationMs: 10_000, sampleRateHz }))
  return Buffer.concat([wavHeader({ channels: 1, sampleRateHz, bitsPerSample: 16 }, samples.length), samples])
}

async function untilReady(child: ChildProcess): Promise<void> {
  let told = ''
  const listen = (chunk: Buffer): void => void (told += chunk.toString())
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  for (let look = 0; look < 100 && child.exitCode === null; look++) {
    if (told.includes('baresip is ready')) return
    await wait(100)
  }
  child.kill('SIGKILL')
  throw new Error(`baresip did not start:\n${told}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 3000)
  await gone
  clearTimeout(late)
}
