// The executions API with Express, behind nginx: `node server.js`, and nginx with nginx.conf.

import { randomUUID, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import express from 'express'
import { Executions } from './executions.js'

const staging = JSON.parse(readFileSync(process.env.STAGING))
const executions = new Executions(staging)
const keys = new Map(Object.entries(staging.keys))
const byIdempotencyKey = new Map()

const TEXTS = ['workflowId', 'sourceSystem', 'sourceEntityType', 'sourceEntityId', 'externalRef', 'idempotencyKey']
const OBJECTS = ['requestPayload', 'clientSafeMetadata']
const REQUIRED = ['workflowId', 'sourceSystem', 'sourceEntityType']

class Refused extends Error {
  constructor (status, message, details = []) {
    super(message)
    Object.assign(this, { status, details })
  }
}

const DEEPEST = 100 // JSON.parse reads what JSON.stringify cannot write

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

function depth (value) {
  let levels = 0
  for (let level = [value]; level.length > 0; levels++) {
    level = level.filter((each) => typeof each === 'object' && each !== null).flatMap((each) => Object.values(each))
  }
  return levels
}

const app = express()

app.use((req, res, next) => {
  req.id = `req_${randomUUID()}`
  next()
})
app.use(express.json())

function withKey (scope) {
  return (req, res, next) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(req.get('Authorization') ?? '') ?? []
    req.key = keys.get(given)
    if (!req.key) throw new Refused(401, 'A valid bearer key is required')
    if (scope === 'read-write' && req.key.scope !== scope) throw new Refused(403, 'The key lacks the scope read-write')
    next()
  }
}

function success (req, res, data) {
  res.json({ code: 200, data, message: 'success', requestId: req.id })
}

function checkedBody (req) {
  if (!req.is('json')) throw new Refused(415, 'The body is not JSON')
  const body = req.body
  if (!isObject(body)) throw new Refused(400, 'The body is not an object')
  if (depth(body) > DEEPEST) throw new Refused(400, 'The body nests too deep')
  const details = []
  for (const name of [...TEXTS, ...OBJECTS]) {
    const value = body[name] ?? undefined
    const fits = OBJECTS.includes(name) ? isObject(value) : typeof value === 'string'
    if (value === undefined && REQUIRED.includes(name)) {
      details.push({ location: `body/${name}`, message: `${name} is required` })
    } else if (value !== undefined && !fits) {
      details.push({ location: `body/${name}`, message: `${name} has the wrong type` })
    }
  }
  if (details.length > 0) throw new Refused(400, 'The request is not valid', details)
  const known = [...TEXTS, ...OBJECTS].filter((name) => body[name] != null)
  return Object.fromEntries(known.map((name) => [name, body[name]]))
}

function parameter (req, name, initial, least) {
  const given = req.query[name]
  if (given === undefined) return initial
  if (typeof given !== 'string' || !/^\d{1,15}$/.test(given) || Number(given) < least) {
    throw new Refused(400, `${name} is not an integer from ${least} on`)
  }
  return Number(given)
}

app.post('/v1/executions', withKey('read-write'), (req, res) => {
  const body = checkedBody(req)
  if (!Object.hasOwn(staging.workflows, body.workflowId)) throw new Refused(404, 'There is no such workflow')
  const idempotencyKey = body.idempotencyKey && JSON.stringify([req.key.organization, body.idempotencyKey])
  let record = idempotencyKey && byIdempotencyKey.get(idempotencyKey)
  if (record && !isDeepStrictEqual(record.request, body)) {
    throw new Refused(409, 'The idempotency key was used for another request')
  }
  if (!record) {
    record = executions.add(req.key, body)
    if (idempotencyKey) byIdempotencyKey.set(idempotencyKey, record)
  }
  success(req, res, { clientToken: record.token, execution: record.execution })
})

app.get('/v1/executions', withKey('read'), (req, res) => {
  const limit = Math.min(parameter(req, 'limit', 20, 1), 100)
  const offset = parameter(req, 'offset', 0, 0)
  const all = executions.of(req.key.organization)
  const items = all.slice(offset, offset + limit).map((record) => record.execution)
  success(req, res, { items, limit, offset, hasMore: offset + limit < all.length })
})

app.get('/v1/executions/:id', withKey('read'), (req, res) => {
  const record = executions.find(req.params.id)
  if (record?.execution.organizationId !== req.key.organization) throw new Refused(404, 'There is no such execution')
  const { execution } = record
  const { id: executionId, organizationId, workflowId } = execution
  const events = record.events.map((event) => ({ ...event, executionId, organizationId, workflowId }))
  success(req, res, { execution, events, message: events.at(-1).title })
})

function opens (token, record) {
  const [given, expected] = [Buffer.from(token), Buffer.from(record.token)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}

app.get('/v1/public/executions/:id', (req, res) => {
  const { token } = req.query
  if (typeof token !== 'string' || token === '') throw new Refused(400, 'A token is required')
  const record = executions.find(req.params.id)
  if (!record || !opens(token, record)) throw new Refused(401, 'The token does not open this execution')
  const { id, workflowId, status, paymentStatus, checkoutSessionId, orderId, runId, clientSafeMetadata } = record.execution
  const { createdAt, startedAt, finishedAt } = record.execution
  success(req, res, {
    id,
    workflowId,
    status,
    paymentStatus,
    checkoutSessionId,
    orderId,
    runId,
    clientSafeMetadata,
    createdAt,
    startedAt,
    finishedAt,
    events: record.events,
    message: record.events.at(-1).title
  })
})

app.use((req, res) => {
  throw new Refused(404, 'Not found')
})

app.use((error, req, res, next) => {
  const code = error.status ?? 500
  res.status(code).json({
    code,
    message: code < 500 ? error.message : 'Internal error',
    requestId: req.id,
    details: error.details ?? []
  })
})

app.listen(Number(process.env.APP_PORT), '127.0.0.1')
