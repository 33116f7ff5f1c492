// Runs one benchmark by its name: `npm run bench -- availability`.

const benchmarks = [
  'availability',
  'booking',
  'dialects',
  'growth',
  'list',
  'memory',
  'nodes',
  'peers',
  'subscriptions',
]

const [name = ''] = process.argv.splice(2, 1)
if (benchmarks.includes(name)) {
  await import(`./${name}.ts`)
} else {
  const known = benchmarks.join(', ')
  process.stderr.write(`There is no benchmark "${name}". Name one of: ${known}.\n`)
  process.exitCode = 1
}
