// Everything that can be done, done by many at once to the same things: whoever is too late is
// refused by name, and nobody is told that something went wrong.
import { describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { testApp, type GraphQLAnswer } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { makeViewers } from '../support/viewers.ts'
import { documentOf, rightArgs, slotsOf, variablesOf, type Args } from './asking.ts'
import { forApplications, waysTo, type Way } from './ways.ts'
import { fillWorld } from './world.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const mine = await fillWorld(app.db, accounts.first.id, 'crowded')

// What only an owner does is done by one.
const { key: ownerKey } = await makeApiKey(app.db, { accountId: accounts.first.id, role: 'OWNER' })

const mutations = waysTo(schema).filter(
  ({ operation, name }) => operation === 'mutation' && !forApplications.has(name),
)
const many = 5

function argsOf(way: Way): Args {
  const [slot] = slotsOf(way)
  if (!slot) throw new Error(`${way.name} takes nothing`)
  return rightArgs(slot, mine)
}

function ask(way: Way, args: Args): Promise<GraphQLAnswer> {
  const token = way.field.name === 'authorizeApplication' ? ownerKey : tokens.admin
  return app.graphql(token, documentOf(way), variablesOf(way, args, mine))
}

const withKey = (args: Args, idempotencyKey: string): Args => ({
  input: { ...(args['input'] as object), idempotencyKey },
})

const faults = (answers: GraphQLAnswer[]) => answers.flatMap(({ errors }) => errors ?? [])
/** Told to come again in a moment, because one client asks for more at once than it may have. */
const isLater = ({ errors }: GraphQLAnswer) =>
  errors?.some(({ extensions }) => extensions['retryAfterSeconds'] !== undefined) ?? false
const repeatable = (way: Way) => slotsOf(way).some(({ path }) => path[1] === 'idempotencyKey')

/** Success or the code of the refusal, and the id of what was done; a secret is shown once only. */
const outcome = ({ data }: GraphQLAnswer) =>
  JSON.stringify(data).replace(/("\w+_secret"):"[^"]+"/g, '$1:null')

describe('many at once', () => {
  it.each(mutations)('do $name', async (way) => {
    const args = argsOf(way)
    const asked = Array.from({ length: many }, (_, index) =>
      ask(way, repeatable(way) ? withKey(args, `own ${way.name} ${index}`) : args),
    )
    expect(faults(await Promise.all(asked))).toEqual([])
  })

  it.each(mutations.filter(repeatable))('say the same $name and get one answer', async (way) => {
    const args = withKey(argsOf(way), `same ${way.name}`)
    const answers = await Promise.all(Array.from({ length: many }, () => ask(way, args)))
    expect(faults(answers)).toEqual([])
    expect(new Set(answers.map(outcome)).size).toBe(1)
  })

  it('do everything to everything', async () => {
    for (let round = 0; round < 2; round += 1) {
      const asked = mutations.flatMap((way) => {
        const args = argsOf(way)
        return [0, 1].map((index) =>
          ask(way, repeatable(way) ? withKey(args, `${round} ${index} ${way.name}`) : args),
        )
      })
      const answers = await Promise.all(asked)
      const answered = answers.filter((answer) => !isLater(answer))
      expect(faults(answered)).toEqual([])
      expect(answered.length).toBeGreaterThan(answers.length / 10)
    }
    expect(app.lines.filter(({ level }) => Number(level) >= 50)).toEqual([])
  })
})
