// The command behind every script of package.json: what it says and which code it ends with.
import { describe, expect, it } from 'vitest'
import { startProgram } from '../support/program.ts'

async function run(...args: string[]) {
  const program = startProgram(['scripts/run.mjs', ...args], {})
  const { code } = await program.ended
  return { code, ...program.output() }
}

describe('npm run', () => {
  it('knows its commands', async () => {
    const { code, stderr } = await run('stop')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Unknown command "stop"\. Known: start, test, check, /)
  })

  it('passes arguments down and the exit code up, and says nothing of its own', async () => {
    expect(await run('db:new', 'Not A Name')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^Usage: npm run db:new -- name \[--empty\]\n/),
    })
  })

  it('refuses to write a migration that nothing asks for', async () => {
    expect(await run('db:new', 'nothing')).toEqual({
      code: 0,
      stdout: 'prisma/migrations and prisma/schema.prisma agree: nothing to write.\n',
      stderr: '',
    })
  })
})
