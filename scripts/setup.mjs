// Makes a bare clone ready: installs packages and generates code, only what is missing or stale.
// Plain JavaScript without dependencies, because it runs on Node 20 before anything is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
/** Node 24, as the `node` package brings it. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node')

const LOCK = join(ROOT, '.setup-lock')
const STAMP = join(ROOT, 'src', 'generated', '.stamp')
const OLDEST_NODE = 20
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** What every command of ours runs with. */
export const ENV = {
  ...process.env,
  PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  // Prisma wants to download an engine, which is needed for nothing here. Any program that is
  // there keeps it from trying.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
}

/** A reason why this clone cannot be made ready, as a sentence. */
export class SetupFault extends Error {}

/** Brings packages and generated code up to date. */
export async function setUp({ regenerate = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupFault(
      `Node ${process.versions.node} is too old. Install Node ${OLDEST_NODE} or newer.`,
    )
  }
  if (!regenerate && packagesAreInstalled() && codeIsGenerated()) return
  await lock()
  try {
    // Whoever held the lock before may have done it all.
    if (!packagesAreInstalled()) await installPackages()
    if (regenerate || !codeIsGenerated()) await generateCode()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

/** Whether what npm wrote down after its last install is what package-lock.json asks for. */
function packagesAreInstalled() {
  if (!existsSync(NODE)) return false
  const wanted = readPackages('package-lock.json')
  const installed = readPackages(join('node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true
    const found = installed[path]
    return found ? found.version === version : Boolean(optional || devOptional)
  })
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

async function installPackages() {
  say('Installing packages (npm ci), this takes a minute the first time …')
  const npm = process.env.npm_execpath
  const [command, ...args] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm']
  await run(
    'install the packages',
    command,
    [...args, 'ci', '--include=dev', '--ignore-scripts=false', '--no-audit', '--no-fund'],
    { ...ENV, npm_config_loglevel: 'error', npm_config_update_notifier: 'false' },
  )
  if (existsSync(NODE)) return
  throw new SetupFault(
    'Could not install Node 24: its package did not bring a program for this machine ' +
      `(${process.platform}-${process.arch}).`,
  )
}

function codeIsGenerated() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()
}

async function generateCode() {
  say('Generating code from prisma/schema.prisma …')
  rmSync(STAMP, { force: true })
  const cli = join(ROOT, 'node_modules', 'prisma', 'build', 'index.js')
  await run('generate code from "prisma/schema.prisma"', NODE, [cli, 'generate'], ENV)
  writeFileSync(STAMP, fingerprint())
}

/** Changes whenever the generated code would. */
function fingerprint() {
  const hash = createHash('sha256')
  for (const path of ['prisma/schema.prisma', 'prisma.config.ts']) {
    hash.update(readFileSync(join(ROOT, path)))
  }
  for (const name of ['prisma', '@pothos/plugin-prisma']) {
    const path = join(ROOT, 'node_modules', name, 'package.json')
    hash.update(JSON.parse(readFileSync(path, 'utf8')).version)
  }
  return hash.digest('hex')
}

function run(what, command, args, env) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (words += text))
  const stop = (signal) => {
    child.kill(signal)
    rmSync(LOCK, { force: true })
    process.exit(1)
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  return new Promise((resolve, reject) => {
    const fail = () => reject(new SetupFault(`Could not ${what}:\n${words.trim()}`))
    child.once('error', (error) => {
      words += error.message
      fail()
    })
    child.once('close', (code) => {
      for (const signal of SIGNALS) process.off(signal, stop)
      if (code === 0) resolve()
      else fail()
    })
  })
}

/** One set-up at a time in one clone; the others wait for it and find the work done. */
async function lock() {
  for (let told = false; ; told = true) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = Number(readOwner())
    if (owner > 0 && !isAlive(owner)) {
      rmSync(LOCK, { force: true })
      continue
    }
    if (!told) say('Waiting for another process that is setting up this folder …')
    await sleep(250)
  }
}

function readOwner() {
  try {
    return readFileSync(LOCK, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
