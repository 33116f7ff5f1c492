// Yes and no in a query.

import { z } from 'zod'

export const flag = z.enum(['true', 'false'], 'has to be true or false')
