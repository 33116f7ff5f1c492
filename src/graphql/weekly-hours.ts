// Weekly hours as mutations take them, for whatever has some of its own.

import { builder } from './builder.ts'

/** Makes the input of one weekly interval. */
export function weeklyInput(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      weekday: t.int({ required: true, description: '1 is Monday, 7 is Sunday.' }),
      startLocalTime: t.field({
        type: 'LocalTime',
        required: true,
        description: 'When it starts, before "24:00".',
      }),
      endLocalTime: t.field({
        type: 'LocalTime',
        required: true,
        description:
          'When it ends; at or before the start means on the next day. "24:00" is legal.',
      }),
      validFromOn: t.field({ type: 'LocalDate', description: 'First day it counts for.' }),
      validUntilOn: t.field({ type: 'LocalDate', description: 'Last day, inclusive.' }),
    }),
  })
}
