// Writes schema.graphql from the code: `npm run schema`. A test compares the two.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printContract } from '../src/graphql/printer.ts'
import { schema } from '../src/graphql/schema.ts'

writeFileSync(join(import.meta.dirname, '..', 'schema.graphql'), printContract(schema))
