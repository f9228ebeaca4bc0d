// Executions as what has happened to them: a status is that of the latest event.

import { randomBytes } from 'node:crypto'

const TOLD = {
  awaiting_payment: ['payment.requested', 'Payment requested'],
  payment_confirmed: ['payment.confirmed', 'Payment confirmed'],
  workflow_queued: ['run.queued', 'Run queued'],
  workflow_running: ['run.started', 'Run started'],
  workflow_waiting: ['run.waiting', 'Run waiting'],
  workflow_succeeded: ['run.completed', 'Run completed'],
  workflow_failed: ['run.failed', 'Run failed'],
  workflow_cancelled: ['execution.cancelled', 'Execution cancelled']
}
const FINAL = ['workflow_succeeded', 'workflow_failed', 'workflow_cancelled']

export const newId = (prefix) => `${prefix}_${randomBytes(10).toString('hex')}`

export class Executions {
  #all = []
  #byId = new Map()

  constructor (stepSeconds) {
    this.stepSeconds = stepSeconds
  }

  add (key, request, steps) {
    const record = {
      id: newId('exec'),
      token: randomBytes(24).toString('base64url'),
      organizationId: key.organization,
      initiatedById: key.id,
      request,
      createdAt: new Date(),
      events: []
    }
    this.#enter(record, steps, 0)
    this.#byId.set(record.id, record)
    this.#all.push(record)
    return record
  }

  find (id) {
    return this.#byId.get(id)
  }

  page (organizationId, limit, offset) {
    const own = this.#all.filter((record) => record.organizationId === organizationId).reverse()
    return { records: own.slice(offset, offset + limit), hasMore: own.length > offset + limit }
  }

  #enter (record, steps, number) {
    const status = steps[number]
    const [eventType, title] = TOLD[status]
    const runId = status === 'workflow_queued' ? newId('run') : record.events.at(-1)?.runId
    const createdAt = number === 0 ? record.createdAt : new Date()
    record.events.push({ id: newId('evt'), status, eventType, title, level: 'info', runId, createdAt })
    if (number + 1 < steps.length) {
      setTimeout(() => this.#enter(record, steps, number + 1), this.stepSeconds * 1000)
    }
  }
}

// An execution as its organization sees it. What is undefined is left out of the answer.
export function view ({ id, organizationId, initiatedById, request, createdAt, events }) {
  const { status, createdAt: updatedAt } = events.at(-1)
  const entered = (wanted) => events.find((event) => event.status === wanted)?.createdAt
  const pays = entered('awaiting_payment')
  const paid = entered('payment_confirmed')
  const failed = status === 'workflow_failed' || status === 'workflow_cancelled'
  return {
    ...request,
    id,
    organizationId,
    initiatedByType: 'api_key',
    initiatedById,
    status,
    statusReason: failed ? TOLD[status][1] : undefined,
    paymentStatus: paid ? 'confirmed' : pays && 'pending',
    checkoutSessionId: pays && id.replace('exec', 'cs'),
    orderId: paid && id.replace('exec', 'ord'),
    runId: events.at(-1).runId,
    responsePayload: status === 'workflow_succeeded' ? { ok: true } : undefined,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    startedAt: entered('workflow_running')?.toISOString(),
    finishedAt: FINAL.includes(status) ? updatedAt.toISOString() : undefined
  }
}

export function eventViews ({ id, organizationId, request, events }) {
  return events.map(({ status, createdAt, ...event }) => ({
    ...event,
    createdAt: createdAt.toISOString(),
    executionId: id,
    organizationId,
    workflowId: request.workflowId
  }))
}
