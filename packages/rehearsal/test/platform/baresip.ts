import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** baresip, the telephone of others: picks up every call, plays silence, keeps what it hears. */
export interface Baresip extends AsyncDisposable {
  readonly uri: string
  /** WAV files of what it heard, once its call is over. */
  heard(): Promise<string[]>
}

const modules = '/usr/lib/baresip/modules'

export async function startBaresip(
  program: string,
  { user, port }: { user: string; port: number },
): Promise<Baresip> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-baresip-'))
  await mkdir(join(folder, 'heard'))
  await writeFile(join(folder, 'silence.wav'), silence())
  await writeFile(join(folder, 'config'), configFor(folder, port))
  await writeFile(
    join(folder, 'accounts'),
    `<sip:${user}@127.0.0.1:${port};transport=udp>;regint=0;answermode=auto\n`,
  )
  await writeFile(join(folder, 'contacts'), '')
  const child = spawn(program, ['-4', '-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  await untilReady(child)
  return {
    uri: `sip:127.0.0.1:${port}`,
    heard: async () => {
      const names = await readdir(join(folder, 'heard'))
      return names.filter(name => name.endsWith('dec.wav')).map(name => join(folder, 'heard', name))
    },
    async [Symbol.asyncDispose]() {
      await stop(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configFor(folder: string, port: number): string {
  const lines = [
    `sip_listen 127.0.0.1:${port}`,
    'net_interface 127.0.0.1',
    'call_local_timeout 60',
    'call_max_calls 4',
    `audio_source aufile,${join(folder, 'silence.wav')}`,
    `snd_path ${join(folder, 'heard')}`,
    `module_path ${modules}`,
    ...['g711.so', 'aufile.so', 'sndfile.so', 'account.so', 'menu.so'].map(name => `module ${name}`),
  ]
  return `${lines.join('\n')}\n`
}

/** Ten seconds of 8 kHz silence, a RIFF file with one 16-bit channel. */
function silence(): Buffer {
  const samples = Buffer.alloc(10 * 8_000 * 2)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}

async function untilReady(child: ChildProcess): Promise<void> {
  let told = ''
  const listen = (chunk: Buffer) => {
    told += chunk.toString()
  }
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  for (let look = 0; look < 100; look += 1) {
    if (/baresip is ready/.test(told)) return
    if (child.exitCode !== null) break
    await sleep(100)
  }
  throw new Error(`baresip did not start:\n${told}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await gone
  clearTimeout(late)
}
