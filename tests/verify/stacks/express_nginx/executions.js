// Executions in memory, and the engine that moves them.

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

const id = (prefix) => `${prefix}_${randomBytes(10).toString('hex')}`

export class Executions {
  #byId = new Map()
  #ofOrganization = new Map()

  constructor ({ workflows, stepSeconds }) {
    this.workflows = workflows
    this.stepSeconds = stepSeconds
  }

  add (key, request) {
    const at = new Date()
    const record = {
      token: randomBytes(24).toString('base64url'),
      request,
      events: [],
      execution: {
        ...request,
        id: id('exec'),
        organizationId: key.organization,
        initiatedByType: 'api_key',
        initiatedById: key.id,
        createdAt: at
      }
    }
    this.#enter(record, this.workflows[request.workflowId], 0, at)
    this.#byId.set(record.execution.id, record)
    this.of(key.organization).unshift(record)
    return record
  }

  find (id) {
    return this.#byId.get(id)
  }

  // The records of an organization, the newest first.
  of (organization) {
    if (!this.#ofOrganization.has(organization)) this.#ofOrganization.set(organization, [])
    return this.#ofOrganization.get(organization)
  }

  #enter (record, steps, number, at) {
    const status = steps[number]
    const { execution, events } = record
    Object.assign(execution, { status, updatedAt: at })
    if (status === 'awaiting_payment') Object.assign(execution, { paymentStatus: 'pending', checkoutSessionId: id('cs') })
    if (status === 'payment_confirmed') Object.assign(execution, { paymentStatus: 'confirmed', orderId: id('ord') })
    if (status === 'workflow_queued') execution.runId = id('run')
    if (status === 'workflow_running') execution.startedAt ??= at
    if (status === 'workflow_succeeded') execution.responsePayload = { ok: true }
    if (status === 'workflow_failed' || status === 'workflow_cancelled') execution.statusReason = TOLD[status][1]
    if (FINAL.includes(status)) execution.finishedAt = at
    const [eventType, title] = TOLD[status]
    events.push({ id: id('evt'), eventType, title, level: 'info', runId: execution.runId, createdAt: at })
    if (number + 1 < steps.length) {
      setTimeout(() => this.#enter(record, steps, number + 1, new Date()), this.stepSeconds * 1000)
    }
  }
}
