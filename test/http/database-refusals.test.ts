// What a client is told of an error that the database raises where the rules let a value through:
// the sender's fault is refused in words, the moment's is 503, and nothing of the inside shows.
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

const app = await testApp()
const account = await makeAccount(app.db)
const accountId = encodeId('Account', { accountId: account.id, id: account.id })
const { key } = await makeApiKey(app.db, { accountId: account.id })

// A name is the instruction to meet an error: constraints and a trigger that no rule knows of.
beforeAll(() =>
  app.db.pool.query(`
    CREATE FUNCTION meet_error() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE what text := substr(NEW."name", 3);
      BEGIN
        CASE left(NEW."name", 2)
          WHEN 'E ' THEN RAISE EXCEPTION 'insert into secret' USING ERRCODE = what;
          WHEN 'N ' THEN PERFORM what::int;
          WHEN 'D ' THEN PERFORM what::date;
          ELSE NULL;
        END CASE;
        RETURN NEW;
      END $$;
    CREATE TRIGGER meet_error BEFORE INSERT ON "Customer"
      FOR EACH ROW EXECUTE FUNCTION meet_error();
    CREATE TABLE secret (name text PRIMARY KEY);
    ALTER TABLE "Customer" ADD COLUMN secret text GENERATED ALWAYS AS (
        CASE WHEN "name" LIKE 'F %' THEN "name" END) STORED REFERENCES secret,
      ADD CONSTRAINT secret_check CHECK ("name" <> 'C checked'),
      ADD CONSTRAINT secret_excl EXCLUDE USING gist ("name" WITH =) WHERE ("name" = 'X twice');
    CREATE UNIQUE INDEX secret_unique ON "Customer" ("name") WHERE "name" = 'U twice';
  `),
)

const mutation = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) {
  __typename ... on Refusal { code message path } ... on ValidationError { issues { message } } } }`

async function create(name: string) {
  app.lines.length = 0
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
  const input = { accountId, name }
  const body = JSON.stringify({ query: mutation, variables: { input } })
  const response = await app.post('/graphql', { headers, body })
  const rows = await app.db.prisma.customer.count({ where: { name } })
  return { response, answer: await response.json(), rows }
}

const once =
  'One of the values may be used once only, and it is in use already. Choose another one.'
const names =
  'Something that the input names is gone, or something still depends on it. Read it again.'
const value =
  'One of the values cannot be stored: it is too long, out of range, not of its form, or has a ' +
  'character that is no text.'
const taken = 'Somebody else took the time a moment ago. Choose another one.'

describe('a value that only the database refuses', () => {
  it.each([
    ['a unique index', 'U twice', once],
    ['an exclusion constraint', 'X twice', taken],
    ['a foreign key', 'F nobody', names],
    ['a check constraint', 'C checked', value],
    ['a number out of range', 'N 99999999999', value],
    ['a text that is no number', 'N x', value],
    ['a day that is not there', 'D 2026-02-30', value],
    ['a character that is no text', 'E 22021', value],
    ['a text too long', 'E 22001', value],
  ])('by %s is a validation error in words, and nothing is written', async (_by, name, message) => {
    if (name.endsWith('twice')) await create(name)
    const { response, answer, rows } = await create(name)
    expect(response.status).toBe(200)
    expect(answer).toEqual({
      data: {
        createCustomer: {
          __typename: 'ValidationError',
          code: 'VALIDATION_FAILED',
          message,
          path: null,
          issues: [{ message }],
        },
      },
      extensions: { cost: 11 },
    })
    expect(rows).toBe(name.endsWith('twice') ? 1 : 0)
    expect(app.lines).toMatchObject([
      { level: 40, msg: 'the database refused what the checks before it let through' },
    ])
  })
})

describe('a moment that stays the wrong one', () => {
  it.each([
    ['a deadlock', 'E 40P01'],
    ['a serialization failure', 'E 40001'],
    ['a lock not had in time', 'E 55P03'],
    ['a statement that takes too long', 'E 57014'],
    ['a server without a free connection', 'E 53300'],
    ['a server that shuts down', 'E 57P01'],
  ])('%s is 503 with a time to come back, and nothing of the inside', async (_what, name) => {
    const { response, answer, rows } = await create(name)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(answer).toEqual({
      data: { createCustomer: null },
      extensions: { cost: 11 },
      errors: [
        {
          message: 'The service cannot answer at the moment. Try again in 5 seconds.',
          path: ['createCustomer'],
          locations: [{ line: 1, column: 43 }],
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            requestId: response.headers.get('x-request-id'),
            retryAfterSeconds: 5,
          },
        },
      ],
    })
    expect(rows).toBe(0)
  })
})

it('a mistake in a statement of ours is masked, and is no 503', async () => {
  const { response, answer } = await create('E 42P01')
  expect(response.headers.get('retry-after')).toBeNull()
  expect(answer.errors).toMatchObject([
    {
      message: expect.stringMatching(/^Something went wrong on our side\./),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    },
  ])
  expect(JSON.stringify(answer)).not.toMatch(/secret|insert|relation|prisma|42P01/i)
})
