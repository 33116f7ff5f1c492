// /admin/employees: who gives services. The members of an employee are ours.

import { z } from 'zod'
import { utcText } from '../times.ts'
import { route } from '../route.ts'
import { listExample, listNote, listOf, listSchema, pageOf, searchQuery } from './pages.ts'
import { absent, deniedNote, numberIn } from './suite.ts'
import { statusOf, userStatus } from './user.ts'

const fields = 'serial name email timeZone active createdAt'

type EmployeeData = {
  serial: number
  name: string
  email: string | null
  timeZone: string | null
  active: boolean
  createdAt: Date
}

const schema = z.object({
  id: z.int(),
  name: z.string(),
  email: z.string().nullable(),
  status: userStatus,
  time_zone: z.string().nullable(),
  created_at: z.iso.datetime(),
})

const example: z.output<typeof schema> = {
  id: 10,
  name: 'Anna Nowak',
  email: 'anna@example.com',
  status: 'active',
  time_zone: null,
  created_at: '2025-01-15T10:30:00Z',
}

function employeeOf(employee: EmployeeData): z.input<typeof schema> {
  return {
    id: employee.serial,
    name: employee.name,
    email: employee.email,
    status: statusOf(employee),
    time_zone: employee.timeZone,
    created_at: utcText(employee.createdAt),
  }
}

export const listEmployees = route({
  name: 'listEmployees',
  summary: 'List employees',
  description: `Those whose name contains \`query\`, by name. ${listNote}`,
  group: 'employees',
  method: 'GET',
  path: '/admin/employees',
  query: z.object({ ...searchQuery, status: userStatus.optional() }),
  document: `query CalendeskEmployees($search: String, $active: Boolean, $first: Int, $skip: Int) {
    staff(filter: { search: $search, active: $active }, first: $first, skip: $skip) {
      totalCount nodes { ${fields} }
    }
  }`,
  variables: ({ query }) => ({
    search: query.query?.trim() || null,
    active: query.status !== 'inactive',
    ...pageOf(query),
  }),
  answer: { status: 200, description: 'A page of employees.', schema: listSchema(schema) },
  reply: (
    { staff: { totalCount, nodes } }: { staff: { totalCount: number; nodes: EmployeeData[] } },
    { query },
    _found,
    base,
  ) => listOf({ totalCount, items: nodes.map(employeeOf) }, query, `${base}/admin/employees`),
  example: { query: { limit: '10' }, answer: listExample(example) },
})

export const getEmployee = route({
  name: 'getEmployee',
  summary: 'Get an employee',
  group: 'employees',
  method: 'GET',
  path: '/admin/employees/:id',
  query: z.object({}),
  document: `query CalendeskEmployee($numbers: [Int!]!) {
    staff(filter: { serials: $numbers }, first: 1) { nodes { ${fields} } }
  }`,
  variables: ({ path }) => ({ numbers: [numberIn(path, 'employee')] }),
  answer: { status: 200, description: `The employee. ${deniedNote}`, schema },
  reply: ({ staff: { nodes } }: { staff: { nodes: EmployeeData[] } }) => {
    const [employee] = nodes
    if (!employee) throw absent('employee')
    return employeeOf(employee)
  },
  example: { path: { id: '10' }, answer: example },
})
