import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readConfig, settingNames } from '../packages/server/src/config/config.ts'
import { type Deployment, deployment, manifest } from './deploy-shapes.ts'
import { execForm, readDockerfile } from './dockerfile.ts'
import { root } from './source-files.ts'

/** What operators copy from `deploy/` must go on fitting the program: its settings, its paths, its ways to stop. */

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const drainSeconds = readConfig({}).PARLEY_DRAIN_SECONDS
/** How long goodbyes may take after that. */
const goodbyeSeconds = 60
const example = parseEnv(read('deploy/parley.env.example')) as Record<string, string>
const version = (JSON.parse(read('package.json')) as { version: string }).version

describe('settings', () => {
  const texts = [
    'deploy/parley.env.example',
    'deploy/Dockerfile',
    'deploy/kubernetes/parley.yaml',
    'deploy/systemd/parley-api.service',
    'deploy/systemd/parley-worker@.service',
    'docs/deployment.md',
    'docs/settings.md',
  ]

  it.each(texts)('that %s names exist', path => {
    const named = read(path).match(/\bPARLEY_[A-Z_]*[A-Z]\b/g) ?? []
    expect(named.length).toBeGreaterThan(0)
    // Those of the tests, and of the command line.
    const others = ['PARLEY_HISTORIES', 'PARLEY_REAL_HISTORIES', 'PARLEY_URL', 'PARLEY_API_KEY']
    expect(named.filter(name => !settingNames.has(name) && !others.includes(name))).toEqual([])
  })

  it('are all told of in docs/settings.md', () => {
    const told = read('docs/settings.md')
    expect([...settingNames].filter(name => !told.includes(`\`${name}\``))).toEqual([])
  })

  it('of the example can be used as they stand', () => {
    expect(Object.keys(example).filter(name => !settingNames.has(name))).toEqual([])
    const { DATABASE_URL, SIP_TRUNK, PARLEY_ADMIN_KEY } = readConfig(example)
    expect({ DATABASE_URL, SIP_TRUNK, PARLEY_ADMIN_KEY }).toEqual({
      DATABASE_URL: example['DATABASE_URL'],
      SIP_TRUNK: example['SIP_TRUNK'],
      PARLEY_ADMIN_KEY: undefined,
    })
    // Docker and kubectl take quotes and comments after a value as parts of it.
    expect(read('deploy/parley.env.example')).not.toMatch(/^[A-Z_]+=.*["' #]/m)
  })
})

describe('systemd units', () => {
  const folder = join(root, 'deploy/systemd')
  const files = readdirSync(folder)
  const valuesOf = (file: string, key: string) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(
      match => match[1] ?? '',
    )

  it.each(files)('%s starts what is there, with settings that are', file => {
    const [program, ...words] = (valuesOf(file, 'ExecStart')[0] ?? '').split(' ')
    expect(program).toBe('/usr/bin/node')
    expect(words.slice(0, 2).filter(path => !existsSync(join(root, path)))).toEqual([])
    expect(words.slice(2)).toEqual(['--role', file.includes('api') ? 'api' : 'worker'])
    const environment = valuesOf(file, 'Environment').flatMap(line => line.split(' '))
    const settings = parseEnv(environment.join('\n').replaceAll('%S', '/var/lib').replaceAll('%i', '5060'))
    expect(Object.keys(settings).filter(name => !settingNames.has(name))).toEqual([])
    expect(() => readConfig(settings)).not.toThrow()
  })

  it.each(files)('%s is told once to stop, and given the time to drain', file => {
    expect(valuesOf(file, 'KillMode')).toEqual(['mixed'])
    const seconds = Number(valuesOf(file, 'TimeoutStopSec')[0])
    expect(seconds).toBeGreaterThanOrEqual(file.includes('api') ? 30 : drainSeconds + goodbyeSeconds)
    expect(valuesOf(file, 'Restart')).toEqual(['always'])
  })

  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
  const isDemanded = process.env['PARLEY_REQUIRE_PROGRAMS'] === '1'

  it.skipIf(!hasSystemd && !isDemanded)('are taken by systemd without a word, and keep much shut', () => {
    const paths = files.map(file => join(folder, file))
    const verified = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' })
    expect(verified.error).toBeUndefined()
    expect(`${verified.stdout}${verified.stderr}`).toBe('')
    for (const path of paths) {
      // Of 100, where more is more exposed.
      const judged = ['security', '--offline=true', '--no-pager', '--threshold=20', path]
      const { status, stdout } = spawnSync('systemd-analyze', judged, { encoding: 'utf8' })
      expect(status, stdout).toBe(0)
    }
  })
})

describe('the image', () => {
  const instructions = readDockerfile(read('deploy/Dockerfile'))
  const named = (name: string) => instructions.filter(one => one.name === name)

  it('copies paths that are there, and that .dockerignore lets in', () => {
    const letIn = read('.dockerignore')
      .split('\n')
      .filter(line => line.startsWith('!'))
      .map(line => line.slice(1))
    expect(read('.dockerignore')).toMatch(/^\*$/m)
    const sources = named('COPY')
      .filter(({ flags }) => flags['from'] === undefined)
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1))
      .map(path => path.replace(/^\.\//, ''))
    expect(sources).toContain('packages')
    expect(sources.filter(path => !existsSync(join(root, path)) || !letIn.includes(path))).toEqual([])
    const stages = named('FROM').map(({ rest }) => / AS (\S+)$/.exec(rest)?.[1])
    const from = named('COPY').flatMap(({ flags }) => flags['from'] ?? [])
    expect(from.filter(stage => !stages.includes(stage))).toEqual([])
  })

  it('runs the server of Node 24 as nobody special', () => {
    expect(named('FROM').every(({ rest }) => rest.startsWith('node:24-'))).toBe(true)
    expect(named('USER').at(-1)?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    const program = [
      ...execForm(named('ENTRYPOINT')[0]?.rest ?? ''),
      ...execForm(named('CMD')[0]?.rest ?? ''),
    ]
    expect(program.slice(-2)).toEqual(['--role', 'api'])
    expect(existsSync(join(root, program.at(-3) ?? ''))).toBe(true)
    const environment = named('ENV').flatMap(({ rest }) => rest.split(' '))
    const settings = parseEnv(environment.join('\n')) as Record<string, string>
    const { NODE_ENV: _nodes, ...own } = settings
    expect(Object.keys(own).filter(name => !settingNames.has(name))).toEqual([])
    expect(() => readConfig(own)).not.toThrow()
    expect(named('STOPSIGNAL').map(({ rest }) => rest)).toEqual(['SIGTERM'])
    expect(named('HEALTHCHECK')[0]?.rest).toContain('/readyz')
  })

  it('has programs in its exec forms that Node can read', () => {
    const health = named('HEALTHCHECK')[0]?.rest.replace(/^CMD /, '') ?? ''
    const [, flag, program = ''] = execForm(health)
    expect(flag).toBe('-e')
    expect(spawnSync(process.execPath, ['--check', '-'], { input: program }).status).toBe(0)
  })

  it.each(['', 'FORM node:24', 'RUN', 'COPY\ta b'])('a line that is none is found: %j', line => {
    const read = () => readDockerfile(`FROM a\n${line}\n`)
    if (line === '') expect(read()).toHaveLength(1)
    else expect(read).toThrow('no instruction')
  })
})

describe('the Kubernetes example', () => {
  const documents = parseAllDocuments(read('deploy/kubernetes/parley.yaml'))

  it('is of shapes that a cluster takes', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
    const kinds = documents.map(document => manifest.parse(document.toJS()).kind)
    expect(kinds.toSorted()).toEqual([
      'Deployment',
      'Deployment',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'PodDisruptionBudget',
      'Service',
    ])
  })

  const all = documents.map(document => manifest.parse(document.toJS()))
  const deployments = all.filter((one): one is Deployment => one.kind === 'Deployment')

  it.each(deployments.map(one => [one.metadata.name, one] as const))('%s holds together', (name, one) => {
    const { template, selector, strategy } = one.spec
    const { containers, volumes, ...pod } = template.spec
    const [container] = containers
    expect(template.metadata.labels).toEqual(selector.matchLabels)
    expect(container.image).toBe(`parley:${version}`)
    expect(container.volumeMounts.map(mount => mount.name)).toEqual(volumes.map(volume => volume.name))
    const ports = container.ports.map(port => port.name)
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe]
    expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(['/healthz', '/healthz', '/readyz'])
    expect(probes.every(({ httpGet }) => ports.includes(httpGet.port))).toBe(true)
    const user = readDockerfile(read('deploy/Dockerfile')).find(({ name: word }) => word === 'USER')
    expect(`${pod.securityContext.runAsUser}:${pod.securityContext.fsGroup}`).toBe(user?.rest)
    if (name === 'parley-api') return
    expect(pod.hostNetwork).toBe(true)
    expect(strategy?.rollingUpdate.maxSurge).toBe(0)
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainSeconds + goodbyeSeconds)
  })

  it('sets workers up with settings that are there, at the ports that it names', () => {
    const worker = deployments.find(one => one.metadata.name === 'parley-worker')
    const container = worker?.spec.template.spec.containers[0]
    const known = Object.fromEntries(
      (container?.env ?? []).map(one => [one.name, 'value' in one ? one.value : '192.0.2.10']),
    )
    const { NODE_IP: ip = '', ...own } = known
    expect(Object.keys(own).filter(name => !settingNames.has(name))).toEqual([])
    const settings = Object.entries(own).map(([name, value]) => [name, value.replace('$(NODE_IP)', ip)])
    const config = readConfig({ ...example, ...Object.fromEntries(settings) })
    expect(config.PARLEY_SIP_HOST).toBe('192.0.2.10')
    const wanted = [config.PARLEY_SIP_PORT, config.PARLEY_INTERNAL_PORT, config.PARLEY_METRICS_PORT]
    expect(container?.ports.map(port => port.containerPort)).toEqual(wanted)
  })

  it('has Services and budgets for the labels that are there', () => {
    const labels = deployments.map(one => one.spec.selector.matchLabels)
    const asked = all.flatMap(one => {
      if (one.kind === 'Service') return [one.spec.selector]
      return one.kind === 'PodDisruptionBudget' ? [one.spec.selector.matchLabels] : []
    })
    expect(asked).toHaveLength(3)
    for (const selector of asked) expect(labels).toContainEqual(selector)
  })

  it('is checked by shapes that refuse what is unknown', () => {
    const [one] = deployments
    const wrong = { ...one, spec: { ...one?.spec, replica: 2 } }
    expect(deployment.safeParse(one).success).toBe(true)
    expect(deployment.safeParse(wrong).success).toBe(false)
  })
})
