import { X509Certificate } from 'node:crypto'
import { access, constants, readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { BlockList, isIP } from 'node:net'
import type { Config } from '../config/config.ts'
import { fail, type Finding, ok, reasonOf, warn } from './finding.ts'

/** Checks that ask nobody: this machine and the settings. */

const wantedNode = 24
const gibibyte = 1024 ** 3
/** Below these shares of free space writing ends soon. */
const scarce = { fail: 0.05, warn: 0.15 }
const expiresSoonDays = 14
const dayMs = 86_400_000

export function checkNode(version = process.versions.node): Finding {
  if (Number(version.split('.')[0]) >= wantedNode) return ok('node', `Node ${version}`)
  return fail('node', `Node ${version} is too old: install Node ${wantedNode}`)
}

export async function checkDisk({ PARLEY_DATA_DIR: folder }: Config): Promise<Finding> {
  const check = 'disk'
  try {
    await access(folder, constants.W_OK)
    const { bavail, blocks, bsize } = await statfs(folder)
    const share = bavail / blocks
    const detail = `${((bavail * bsize) / gibibyte).toFixed(1)} GiB free in ${folder} (${Math.round(share * 100)} %)`
    if (share < scarce.fail) return fail(check, `${detail}: make room, or recordings and rows will be lost`)
    return share < scarce.warn ? warn(check, `${detail}: make room soon`) : ok(check, detail)
  } catch (error) {
    if (reasonOf(error) === 'ENOENT')
      return warn(check, `${folder} is not there yet: the first start makes it`)
    return fail(
      check,
      `${folder} can not be written to (${reasonOf(error)}): give it to the user that runs Parley`,
    )
  }
}

export async function checkKeyFile({
  PARLEY_DATA_DIR: folder,
  PARLEY_MASTER_KEY: given,
}: Config): Promise<Finding> {
  const check = 'master key'
  if (given !== undefined) return ok(check, 'from PARLEY_MASTER_KEY')
  const file = join(folder, 'master.key')
  const found = await stat(file).catch(() => null)
  if (found === null) return warn(check, `${file} is not there yet: the first start makes it`)
  if ((found.mode & 0o077) !== 0) return fail(check, `Others may read ${file}: chmod 600 ${file}`)
  return ok(check, `${file}; keep a copy apart from the backups`)
}

export async function checkCertificate(
  { PARLEY_SIP_TLS_CERT_FILE: file }: Config,
  now = Date.now(),
): Promise<Finding[]> {
  const check = 'TLS certificate'
  if (file === undefined) return []
  try {
    const days = Math.floor((Date.parse(new X509Certificate(await readFile(file)).validTo) - now) / dayMs)
    if (days < 0) return [fail(check, `${file} expired ${-days} days ago: renew it`)]
    const detail = `${file} is valid for ${days} more days`
    return [days < expiresSoonDays ? warn(check, `${detail}: renew it`) : ok(check, detail)]
  } catch (error) {
    return [fail(check, `${file} is no certificate that can be read (${reasonOf(error)})`)]
  }
}

/** Settings that open a door wider than most want. */
export function checkExposure(config: Config): Finding[] {
  const { PARLEY_HTTP_HOST: host, PARLEY_PUBLIC_URL: url, WEBHOOK_ALLOW_CIDR: ranges } = config
  const findings: Finding[] = []
  const isOpen = !isLoopback(host)
  if (isOpen && url?.startsWith('https:') !== true)
    findings.push(
      fail(
        'API without TLS',
        `The API listens on ${host}, and PARLEY_PUBLIC_URL names no https address: put a proxy with TLS before it, or listen on 127.0.0.1`,
      ),
    )
  else findings.push(ok('API without TLS', isOpen ? `behind ${url}` : `listens on ${host} only`))
  findings.push(...checkProxies(config))
  const open = ranges.join(', ')
  if (ranges.length > 0)
    findings.push(
      warn('WEBHOOK_ALLOW_CIDR', `Customers’ addresses may lead into ${open}: empty it unless they must`),
    )
  if (!isLoopback(config.PARLEY_SIP_HOST) && config.PARLEY_SIP_ALLOW.length === 0)
    findings.push(
      warn(
        'PARLEY_SIP_ALLOW',
        'Anybody may send SIP to this machine: `carriers` keeps all others out unparsed',
      ),
    )
  return findings
}

/** The API speaks no TLS itself: where clients come by it, a proxy stands between. */
function checkProxies({ PARLEY_PUBLIC_URL: url, PARLEY_TRUSTED_PROXIES: proxies }: Config): Finding[] {
  if (url?.startsWith('https:') !== true || proxies.length > 0) return []
  const detail =
    'Behind the proxy with TLS all clients look like one: wrong keys of one slow down all, and allow-lists of keys do not work. Name its address'
  return [warn('PARLEY_TRUSTED_PROXIES', detail)]
}

/** Whether carriers can send us anything back. */
export function checkSipAddress(config: Config): Finding {
  const {
    PARLEY_SIP_HOST: host,
    PARLEY_SIP_ADVERTISED_HOST: advertised,
    PARLEY_SIP_STUN_SERVER: stun,
  } = config
  const check = 'SIP address'
  const isTold = advertised !== undefined || stun !== undefined
  if (
    isLoopback(host) &&
    (config.SIP_TRUNK === undefined || /@?(127\.|localhost|\[::1\])/.test(config.SIP_TRUNK))
  )
    return ok(check, `${host}: for carriers on this machine`)
  if (isLoopback(host))
    return fail(check, `${host} reaches no carrier: set PARLEY_SIP_HOST to an address of this machine`)
  if (isPrivate(host) && !isTold)
    return warn(
      check,
      `${host} is private: behind NAT set PARLEY_SIP_ADVERTISED_HOST or PARLEY_SIP_STUN_SERVER`,
    )
  return ok(check, advertised ?? stun ?? host)
}

const loopback = listOf(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6'])
const inside = listOf(
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
)

function listOf(...ranges: [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList()
  for (const [address, bits, family] of ranges) list.addSubnet(address, bits, family)
  return list
}

const isIn = (list: BlockList, host: string): boolean =>
  isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
const isLoopback = (host: string): boolean => host === 'localhost' || isIn(loopback, host)
const isPrivate = (host: string): boolean => isIn(inside, host)
