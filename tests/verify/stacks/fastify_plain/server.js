// The executions API and the embed API with Fastify: `node server.js`.

import { timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import Fastify from 'fastify'
import { embed } from './embed.js'
import { Executions, eventViews, newId, view } from './executions.js'
import { Refused } from './refused.js'
import { createBody, created, one, page, publicView } from './schemas.js'

const staging = JSON.parse(readFileSync(process.env.STAGING))
const workflows = new Map(Object.entries(staging.workflows))
const keys = new Map(Object.entries(staging.keys))
const executions = new Executions(staging.stepSeconds)
const repeats = new Map()

const app = Fastify({
  genReqId: () => newId('req'),
  // By default Fastify makes a number into a text where a text is asked for.
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, allowUnionTypes: true } }
})

app.setErrorHandler((error, request, reply) => {
  const code = error.validation && request.url.startsWith('/api/') ? 422 : error.statusCode ?? 500
  const details = (error.validation ?? []).map(({ instancePath, message }) => ({ location: `body${instancePath}`, message }))
  const message = code < 500 ? error.message : 'Internal error'
  reply.code(code).header('x-request-id', request.id).send({ code, message, requestId: request.id, details })
})
app.addHook('preValidation', async (request) => {
  if (depth(request.body) > DEEPEST) throw new Refused(400, 'The body nests too deep')
})
app.setNotFoundHandler(async () => {
  throw new Refused(404, 'Not found')
})

function success (request, data) {
  return { code: 200, data, message: 'success', requestId: request.id }
}

function number (request, name, initial, least) {
  const given = request.query[name]
  if (given === undefined) return initial
  if (!/^[0-9]{1,15}$/.test(given) || Number(given) < least) throw new Refused(400, `${name} is no integer from ${least} on`)
  return Number(given)
}

const DEEPEST = 100 // JSON.parse reads what JSON.stringify cannot write

function depth (value) {
  let levels = 0
  for (let level = [value]; level.length > 0; levels++) {
    level = level.filter((each) => typeof each === 'object' && each !== null).flatMap((each) => Object.values(each))
  }
  return levels
}

function opens (token, record) {
  const [given, expected] = [Buffer.from(token), Buffer.from(record.token)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}

// With the key of an organization.
app.register(async (app) => {
  app.decorateRequest('key', null)
  app.addHook('onRequest', async (request) => {
    const [scheme, given] = (request.headers.authorization ?? '').split(' ')
    request.key = scheme.toLowerCase() === 'bearer' && keys.get(given)
    if (!request.key) throw new Refused(401, 'A valid bearer key is required')
    if (request.method === 'POST' && request.key.scope !== 'read-write') {
      throw new Refused(403, 'The key lacks the scope read-write')
    }
  })

  app.post('/v1/executions', { schema: { body: createBody, response: created } }, async (request) => {
    const { key } = request
    const names = Object.keys(createBody.properties).filter((name) => request.body[name] != null)
    const body = Object.fromEntries(names.map((name) => [name, request.body[name]]))
    if (!workflows.has(body.workflowId)) throw new Refused(400, 'There is no such workflow')
    const repeat = body.idempotencyKey && `${key.organization} ${body.idempotencyKey}`
    let record = repeats.get(repeat)
    if (record && !isDeepStrictEqual(record.request, body)) {
      throw new Refused(409, 'The idempotency key was used for another request')
    }
    if (!record) {
      record = executions.add(key, body, workflows.get(body.workflowId))
      if (repeat) repeats.set(repeat, record)
    }
    return success(request, { clientToken: record.token, execution: view(record) })
  })

  app.get('/v1/executions', { schema: { response: page } }, async (request) => {
    const limit = Math.min(number(request, 'limit', 20, 1), 100)
    const offset = number(request, 'offset', 0, 0)
    const { records, hasMore } = executions.page(request.key.organization, limit, offset)
    return success(request, { items: records.map(view), limit, offset, hasMore })
  })

  app.get('/v1/executions/:id', { schema: { response: one } }, async (request) => {
    const record = executions.find(request.params.id)
    if (record?.organizationId !== request.key.organization) throw new Refused(404, 'There is no such execution')
    const message = record.events.at(-1).title
    return success(request, { execution: view(record), events: eventViews(record), message })
  })
})

// With the token of one execution.
app.get('/v1/public/executions/:id', { schema: { response: publicView } }, async (request) => {
  const { token } = request.query
  if (typeof token !== 'string' || token === '') throw new Refused(400, 'A token is required')
  const record = executions.find(request.params.id)
  if (!record || !opens(token, record)) throw new Refused(401, 'The token does not open this execution')
  const message = record.events.at(-1).title
  return success(request, { ...view(record), events: eventViews(record), message })
})

app.register(embed, staging.embed)

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
