// The commands of package.json: sets the clone up, then runs the real thing under Node 24, passing
// signals down and the exit code up. Plain JavaScript that Node 20 can run.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ENV, NODE, ROOT, SIGNALS, setUp, SetupFault } from './setup.mjs'

const bin = (...path) => [NODE, join(ROOT, 'node_modules', ...path)]
const script = (path) => [NODE, join(ROOT, path)]
const vitest = [...bin('vitest', 'vitest.mjs'), 'run']

/** What has a long run: oracles, random worlds, and faults while clients go on. */
const PROVEN = ['test/availability', 'test/time', 'test/booking/offered', 'test/faults']
/** Random worlds of each property, and how often each fault strikes; a caller may say otherwise. */
const LONG_RUN = { RUNS: '100000', ROUNDS: '50' }

/** Each command is a list of programs; all of them run, also when one fails. */
const COMMANDS = {
  start: [script('src/main.ts')],
  test: [vitest],
  check: [
    bin('typescript', 'bin', 'tsc'),
    [...bin('oxlint', 'bin', 'oxlint'), '--type-aware', '--deny-warnings'],
    [...bin('oxfmt', 'bin', 'oxfmt'), '--check'],
    [...vitest, 'test/house'],
  ],
  format: [bin('oxfmt', 'bin', 'oxfmt')],
  generate: [],
  schema: [script('scripts/print-schema.ts')],
  bench: [script('bench/run.ts')],
  prove: [[...vitest, '--reporter=verbose', ...PROVEN]],
  'db:new': [script('scripts/db-new.ts')],
  'db:migrate': [script('scripts/db-migrate.ts')],
  'user:new': [script('scripts/user-new.ts')],
}

const [name, ...rest] = process.argv.slice(2)
const programs = COMMANDS[name]
if (!programs) {
  process.stderr.write(`Unknown command "${name}". Known: ${Object.keys(COMMANDS).join(', ')}.\n`)
  process.exit(1)
}

try {
  await setUp({ regenerate: name === 'generate' })
} catch (error) {
  if (!(error instanceof SetupFault)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

// A third of a start is compiling; what was compiled once is kept with the packages.
const COMPILED = join(ROOT, 'node_modules', '.cache', 'compiled')
/** glibc raises these as it goes, and keeps what is free below them; here they stay what they are. */
const FREED = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' }
const ADDED = { start: { NODE_COMPILE_CACHE: COMPILED, ...FREED }, prove: LONG_RUN }

let worst = 0
for (const program of programs) worst = Math.max(worst, await run([...program, ...rest]))
process.exit(worst)

function run([command, ...args]) {
  const env = { ...ADDED[name], ...ENV }
  // A server has to notice when whoever started it is gone: the channel closes with us.
  const stdio = name === 'start' ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit'
  const child = spawn(command, args, { cwd: ROOT, env, stdio })
  const passOn = (signal) => child.kill(signal)
  for (const signal of SIGNALS) process.on(signal, passOn)
  const watch = name === 'start' ? watchParent(() => child.kill('SIGTERM')) : undefined
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`Could not run "${command}": ${error.message}.\n`)
      resolve(1)
    })
    child.once('exit', (code, signal) => {
      clearInterval(watch)
      for (const handled of SIGNALS) process.off(handled, passOn)
      if (signal) process.kill(process.pid, signal)
      resolve(code ?? 1)
    })
  })
}

/** npm that was killed cannot pass a signal on; its orphan belongs to nobody. */
function watchParent(stop) {
  if (!process.env.npm_lifecycle_event) return undefined
  const parent = process.ppid
  return setInterval(() => process.ppid !== parent && stop(), 500)
}
