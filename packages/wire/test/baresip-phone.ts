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

/** baresip, the telephone of others: answers at once, or calls somebody; sounds 440 Hz, and keeps what it hears. */
export interface BaresipPhone extends AsyncDisposable {
  readonly uri: string
  /** Ends it and tells what it heard, at the rate of the codec. */
  heard(): Promise<{ samples: Int16Array; sampleRateHz: number }>
  /** Everything that it printed. */
  readonly output: () => string
}

export interface PhoneOptions {
  readonly path: string
  readonly port: number
  /** Beside the ones that every phone needs, e.g. `srtp.so`. */
  readonly modules?: readonly string[]
  /** Of the account, e.g. `;mediaenc=srtp-mand`. */
  readonly parameters?: string
  /** How it is called, and calls; UDP when absent. Over TLS it listens one port higher. */
  readonly transport?: 'udp' | 'tcp' | 'tls'
  /** Further lines of its configuration, e.g. `sip_certificate FILE`. */
  readonly config?: readonly string[]
  /** Of the codec that will be agreed: baresip plays files at no other. Default 8000. */
  readonly sampleRateHz?: number
  /** Of the file, likewise. Default 1. */
  readonly channels?: 1 | 2
  /** Whom it calls as soon as it runs. */
  readonly dials?: string
  /** Name of its account. */
  readonly user?: string
}

export async function startBaresipPhone(options: PhoneOptions): Promise<BaresipPhone> {
  const { path, port, transport = 'udp', user = 'phone', dials } = options
  const folder = await mkdtemp(join(tmpdir(), 'parley-phone-'))
  await writeSettings(folder, options)
  const dialling = dials === undefined ? [] : ['-e', `/dial ${dials}`]
  const child = spawn(path, ['-4', '-f', folder, ...dialling], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = gather(child)
  try {
    await untilReady(child, output)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    uri: `sip:${user}@127.0.0.1:${transport === 'tls' ? port + 1 : port};transport=${transport}`,
    output,
    async heard() {
      await stop(child)
      const name = (await readdir(folder)).find(one => one.endsWith('dec.wav'))
      if (name === undefined) throw new Error('baresip heard nothing')
      const { channels, sampleRateHz } = readWav(await readFile(join(folder, name)))
      return { samples: channels[0] ?? new Int16Array(0), sampleRateHz }
    },
    async [Symbol.asyncDispose]() {
      await stop(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function writeSettings(folder: string, options: PhoneOptions): Promise<void> {
  const { port, modules = [], parameters = '', transport = 'udp', user = 'phone' } = options
  // Accounts are read when their module is loaded: what they name must be there before.
  const loaded = ['g711.so', 'aufile.so', 'sndfile.so', ...modules, 'account.so', 'menu.so']
  const config = [
    `sip_listen 127.0.0.1:${port}`,
    'net_interface 127.0.0.1',
    'call_local_timeout 60',
    'call_max_calls 4',
    `audio_source aufile,${join(folder, 'tone.wav')}`,
    `snd_path ${folder}`,
    'module_path /usr/lib/baresip/modules',
    ...loaded.map(name => `module ${name}`),
    ...(options.config ?? []),
  ]
  const account = `<sip:${user}@127.0.0.1:${port};transport=${transport}>;regint=0;answermode=auto${parameters}`
  await writeFile(join(folder, 'config'), `${config.join('\n')}\n`)
  await writeFile(join(folder, 'accounts'), `${account}\n`)
  await writeFile(join(folder, 'contacts'), '')
  await writeFile(join(folder, 'tone.wav'), toneFile(options.sampleRateHz ?? 8000, options.channels ?? 1))
}

function toneFile(sampleRateHz: number, channels: 1 | 2): Uint8Array {
  const tone = makeTone({ frequenciesHz: [440], durationMs: 10_000, sampleRateHz })
  const samples = pcm16ToBytes(channels === 1 ? tone : doubled(tone))
  return Buffer.concat([wavHeader({ channels, sampleRateHz, bitsPerSample: 16 }, samples.length), samples])
}

/** The same in both channels. */
function doubled(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: 2 * samples.length }, (_, i) => samples[i >> 1] ?? 0)
}

function gather(child: ChildProcess): () => string {
  let told = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => void (told = (told + chunk.toString()).slice(-20_000)))
  return () => told
}

async function untilReady(child: ChildProcess, output: () => string): Promise<void> {
  for (let look = 0; look < 100 && child.exitCode === null; look++) {
    if (output().includes('baresip is ready')) return
    await wait(100)
  }
  child.kill('SIGKILL')
  throw new Error(`baresip did not start:\n${output()}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 3000)
  await gone
  clearTimeout(late)
}
