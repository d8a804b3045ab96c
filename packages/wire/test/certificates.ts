import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestCertificate {
  readonly key: string
  readonly cert: string
  /** The authority that signed it. */
  readonly ca: string
}

/** A certificate for a name, signed by an authority of its own, made by OpenSSL. */
export function makeCertificate(openssl: string, subjectAltName: string): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'parley-tls-'))
  const run = (...args: string[]): void => void execFileSync(openssl, args, { cwd: folder, stdio: 'pipe' })
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    run(
      'req',
      '-x509',
      ...fresh,
      '-subj',
      '/CN=test authority',
      '-days',
      '2',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    )
    run('req', ...fresh, '-subj', '/CN=test', '-keyout', 'own.key', '-out', 'own.csr')
    writeFileSync(join(folder, 'names'), `subjectAltName=${subjectAltName}\n`)
    const signing = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'names',
    ]
    run('x509', '-req', '-in', 'own.csr', ...signing, '-out', 'own.pem')
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
    return { key: read('own.key'), cert: read('own.pem'), ca: read('ca.pem') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
