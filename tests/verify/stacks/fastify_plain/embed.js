// The embed API: one operation, answered without an envelope.

import { randomBytes, randomInt } from 'node:crypto'
import { Refused } from './refused.js'
import { embedBody } from './schemas.js'

// A UUID of version 7: 48 bits of milliseconds, then what is random.
function uuid7 (at) {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  bytes[6] = 0x70 | (bytes[6] & 0x0f)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function hashid () {
  return Array.from({ length: 5 }, () => randomInt(36).toString(36)).join('')
}

// One instant as three texts, two of them in the zone of the account.
export function instants (at, timeZone) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset'
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const offset = part.timeZoneName.replace('GMT', '') || '+00:00'
  const words = (options) => new Intl.DateTimeFormat('en-US', { timeZone, ...options }).formatToParts(at)
  const month = words({ month: 'short' })[0].value
  const zone = words({ timeZoneName: 'short' }).find(({ type }) => type === 'timeZoneName').value
  const hour = String(part.hour % 12 || 12).padStart(2, '0')
  return {
    created_at: `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}${offset}`,
    created_at_utc: at.toISOString().replace(/\.\d+/, ''),
    created_at_string: `${month} ${part.day}, ${part.year} ${hour}:${part.minute} ${part.hour < 12 ? 'am' : 'pm'} ${zone}`
  }
}

export async function embed (app, { key, zone, workflows }) {
  const answered = new Map()

  app.addHook('onRequest', async (request) => {
    if (request.headers.authorization !== `Bearer ${key}`) throw new Refused(401, 'A valid bearer key is required')
  })

  app.post('/api/v1/workflows/:id/execute', { schema: { body: embedBody } }, async (request, reply) => {
    const { id_type: idType = 'id', execution_data: data = {} } = request.body ?? {}
    const repeated = request.headers['idempotency-key'] && `${request.params.id} ${request.headers['idempotency-key']}`
    reply.code(201).header('x-request-id', request.id)
    if (answered.has(repeated)) return answered.get(repeated)
    const workflow = workflows.find((each) => each[idType] === request.params.id)
    if (!workflow) throw new Refused(404, 'There is no such workflow')
    const at = new Date()
    const answer = {
      object: 'execution',
      id: uuid7(at),
      hashid: hashid(),
      key: workflow.key,
      name: workflow.name,
      status: 'running',
      actions_count: 0,
      completed_actions_count: 0,
      failed_actions_count: 0,
      idle_actions_count: 0,
      running_actions_count: 0,
      stopped_actions_count: 0,
      ...instants(at, zone),
      execution_data: data,
      log: {}
    }
    if (repeated) answered.set(repeated, answer)
    return answer
  })
}
