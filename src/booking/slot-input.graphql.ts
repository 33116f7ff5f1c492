// The input fields by which a slot or a session is named, shared by booking, holding and moving.

import type { InputFieldBuilder } from '@pothos/core'
import { notFound } from '../errors.ts'
import type { Types } from '../graphql/builder.ts'
import { demandKey, keyOf, type NodeName } from '../graphql/ids.ts'
import { instantOf } from '../graphql/inputs.ts'
import type { SlotChoice } from './slot-choice.ts'

type Fields = InputFieldBuilder<Types, 'InputObject'>

/** The field by which whoever runs the business books, to be read by `managerOf`. */
export const managerInput = (t: Fields) =>
  t.boolean({
    defaultValue: false,
    description:
      'Act as a manager: minimum notice, booking window, party size and daily limits do not bind, ' +
      'free time and seats do. Needs `availability:write`. Offered by availability(asManager: true).',
  })

/** Who acts as a manager, to be spread into what an action takes. */
export const managerOf = ({ asManager }: { asManager?: boolean | null }) =>
  asManager ? { asManager } : {}

/** Fields that say when and with whom. */
export const timeInput = (t: Fields) => ({
  startsAt: t.field({ type: 'DateTime', description: 'The start of an appointment.' }),
  staffId: t.id({ description: 'With this staff member; left out, with whoever is free.' }),
  resourceId: t.id({ description: 'With this resource among those that serve.' }),
  sessionId: t.id({ description: 'The session of a class, in place of startsAt.' }),
  durationMinutes: t.int({ description: 'Another length than the usual one, as it was offered.' }),
})

/** Fields that say what, when and with whom. */
export const slotInput = (t: Fields) => ({
  serviceId: t.id({ required: true, description: 'What to book.' }),
  ...timeInput(t),
})

type TimeInput = {
  startsAt?: Date | null
  staffId?: string | null
  resourceId?: string | null
  sessionId?: string | null
  durationMinutes?: number | null
}

/** When and with whom; every id must be of this account, or it is absent. */
export function timeOf(accountId: string, input: TimeInput): Omit<SlotChoice, 'service'> {
  const own = (name: NodeName, text: string | null | undefined, path: string) => {
    if (text == null) return null
    const key = keyOf(name, text)
    if (key?.accountId !== accountId) throw notFound(name, path)
    return key.id
  }
  return {
    startsAt: input.startsAt ? instantOf(input.startsAt, 'startsAt') : null,
    staffId: own('StaffMember', input.staffId, 'staffId'),
    resourceId: own('Resource', input.resourceId, 'resourceId'),
    sessionId: own('Session', input.sessionId, 'sessionId'),
    durationMinutes: input.durationMinutes ?? null,
  }
}

/** What, when and with whom. */
export function slotOf(input: TimeInput & { serviceId: string }): SlotChoice {
  const service = demandKey('Service', input.serviceId, 'serviceId')
  return { service, ...timeOf(service.accountId, input) }
}
