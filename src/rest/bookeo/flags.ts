// Words in a query that switch something.

import { z } from 'zod'

export const flag = z.enum(['true', 'false'], 'has to be true or false')

/** Who calls acts as a manager. */
export const mode = z
  .enum(['backend'], 'has to be backend')
  .optional()
  .describe(
    '`backend`: as a manager, whom notice, window and party limits do not bind; needs blocks_rwd_all.',
  )
