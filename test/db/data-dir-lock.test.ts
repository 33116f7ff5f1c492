// Who owns a data directory: one living process, whatever a dead one left behind.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { birthOf, lockDataDir } from '../../src/db/data-dir-lock.ts'
import { startProgram } from '../support/program.ts'

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const own = () => ({ pid: process.pid, born: birthOf(process.pid) })
const written = () => JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8')) as unknown
const leave = (text: string) => writeFileSync(join(dataDir, 'lock'), text)

describe('lockDataDir', () => {
  it('takes a free directory and gives it back without a trace', () => {
    const unlock = lockDataDir(dataDir)
    expect(written()).toEqual(own())
    unlock()
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('refuses a directory that a living process has, by its id', () => {
    const unlock = lockDataDir(dataDir)
    expect(() => lockDataDir(dataDir)).toThrow(
      `Cannot use the data directory "${dataDir}": process ${process.pid} is using it. ` +
        'Stop that process, or set DATA_DIR to another directory.',
    )
    expect(readdirSync(dataDir)).toEqual(['lock'])
    unlock()
  })

  it('takes over from a process that is dead', async () => {
    const dead = startProgram(['-e', ''], {})
    const born = birthOf(dead.pid)
    await dead.ended
    leave(JSON.stringify({ pid: dead.pid, born }))
    lockDataDir(dataDir)
    expect(written()).toEqual(own())
    expect(readdirSync(dataDir)).toEqual(['lock'])
  })

  it('takes over from a dead process whose id somebody else has now', () => {
    leave(JSON.stringify({ pid: process.pid, born: 'long ago' }))
    lockDataDir(dataDir)
    expect(written()).toEqual(own())
  })

  it.each(['', '{', 'null', '{"pid":"x"}'])('takes over a lock that says %j', (text) => {
    leave(text)
    lockDataDir(dataDir)
    expect(written()).toEqual(own())
  })

  it('does not give back what somebody else has taken since', () => {
    const unlock = lockDataDir(dataDir)
    leave('{"pid":1}')
    unlock()
    expect(existsSync(join(dataDir, 'lock'))).toBe(true)
  })
})
