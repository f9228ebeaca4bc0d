// JSON Schemas: Fastify checks bodies by them, and writes answers by them, which leaves out what they do not name.

const text = { type: 'string' }
const free = { type: 'object', additionalProperties: true }
const optional = (schema) => ({ ...schema, type: [schema.type, 'null'] })

export const createBody = {
  type: 'object',
  required: ['workflowId', 'sourceSystem', 'sourceEntityType'],
  properties: {
    workflowId: text,
    sourceSystem: text,
    sourceEntityType: text,
    sourceEntityId: optional(text),
    externalRef: optional(text),
    idempotencyKey: optional(text),
    requestPayload: optional(free),
    clientSafeMetadata: optional(free)
  }
}

export const embedBody = {
  type: ['object', 'null'],
  properties: {
    id_type: { type: 'string', enum: ['id', 'hashid', 'key'] },
    user_key: text,
    execution_data: free
  }
}

const properties = (...names) => Object.fromEntries(names.map((name) => [name, text]))

const execution = {
  type: 'object',
  properties: {
    ...properties('id', 'organizationId', 'workflowId', 'status', 'statusReason', 'paymentStatus', 'checkoutSessionId'),
    ...properties('orderId', 'runId', 'sourceSystem', 'sourceEntityType', 'sourceEntityId', 'externalRef'),
    ...properties('idempotencyKey', 'initiatedByType', 'initiatedById', 'createdAt', 'updatedAt', 'startedAt'),
    ...properties('finishedAt'),
    requestPayload: free,
    responsePayload: free,
    clientSafeMetadata: free
  }
}

const publicEvent = {
  type: 'object',
  properties: properties('id', 'eventType', 'title', 'level', 'runId', 'createdAt')
}

const event = {
  type: 'object',
  properties: { ...publicEvent.properties, ...properties('executionId', 'organizationId', 'workflowId') }
}

const publicExecution = {
  type: 'object',
  properties: {
    ...properties('id', 'workflowId', 'status', 'paymentStatus', 'checkoutSessionId', 'orderId', 'runId', 'createdAt'),
    ...properties('startedAt', 'finishedAt', 'message'),
    clientSafeMetadata: free,
    events: { type: 'array', items: publicEvent }
  }
}

const envelope = (data) => ({
  200: {
    type: 'object',
    properties: { code: { type: 'integer' }, data, message: text, requestId: text }
  }
})

export const created = envelope({ type: 'object', properties: { clientToken: text, execution } })
export const one = envelope({
  type: 'object',
  properties: { execution, events: { type: 'array', items: event }, message: text }
})
export const page = envelope({
  type: 'object',
  properties: {
    items: { type: 'array', items: execution },
    limit: { type: 'integer' },
    offset: { type: 'integer' },
    hasMore: { type: 'boolean' }
  }
})
export const publicView = envelope(publicExecution)
