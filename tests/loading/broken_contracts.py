"""Mistakes that people make in a copy of the contract, each with what is said about it.

In the text that is put in, `@@` marks the place that is told; `at` names it where it is elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple


class Broken(NamedTuple):
    """A copy of the contract in which `new` stands for the first `old`; `said` is the first line about it."""

    old: str
    new: str
    said: str
    at: str = ""


BROKEN = {
    # the document
    "openapi 3.0": Broken(
        "openapi: 3.1.0", "@@openapi: 3.0.3", 'expected text such as 3.1.0, received "3.0.3"'
    ),
    "unknown key": Broken(
        "      summary: Create an execution for a workflow",
        "      @@sumary: Create an execution for a workflow",
        "unknown key 'sumary'; expected one of operationId, summary, description, tags, requestBody,"
        " responses, servers, externalDocs, security, parameters, deprecated, callbacks."
        " Did you mean 'summary'?",
    ),
    "no operationId": Broken(
        "      operationId: createExecution\n",
        "",
        "the key 'operationId' is missing; expected a string",
        at='x-strictness: {"null"',
    ),
    "wrong type": Broken(
        "      tags: [executions]\n      summary: Get a single",
        "      @@tags: executions\n      summary: Get a single",
        'expected an array, received "executions"',
    ),
    "unknown place of a parameter": Broken(
        "        - name: token\n          in: query",
        "        - name: token\n          @@in: querry",
        "expected one of path, query, header, cookie, received \"querry\". Did you mean 'query'?",
    ),
    # references
    "reference to nothing": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "#/components/schemas/CreateExecutionReqest"}',
        "'#/components/schemas/CreateExecutionReqest' points at nothing."
        " Did you mean '#/components/schemas/CreateExecutionRequest'?",
    ),
    "reference that is no pointer": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "#CreateExecutionRequest"}',
        "'#CreateExecutionRequest' is no place in a document; expected one such as"
        " '#/components/schemas/Name'",
    ),
    "reference in a circle": Broken(
        "    Timestamp:\n",
        '    Loop: {@@$ref: "#/components/schemas/Loop"}\n    Timestamp:\n',
        "#/components/schemas/Loop refers to itself",
    ),
    "reference to the network": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "https://example.com/request.yaml#/Request"}',
        "'https://example.com/request.yaml' is on the network; references of a contract stay in its folder",
    ),
    "reference to a host": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "//example.com/request.yaml"}',
        "'//example.com/request.yaml' is on the network; references of a contract stay in its folder",
    ),
    "reference out of the folder": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "../request.yaml"}',
        "'../request.yaml' leads out of the folder of the contract; expected a file in it",
    ),
    "reference to a file of the system": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "/etc/passwd"}',
        "'/etc/passwd' leads out of the folder of the contract; expected a file in it",
    ),
    "reference to no file": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "request.yaml"}',
        "there is no file 'request.yaml'",
    ),
    # operations
    "operationId twice": Broken(
        "get:\n      operationId: listExecutions",
        "get:\n      @@operationId: createExecution",
        "'createExecution' is the operationId of POST /v1/executions already",
    ),
    "path without a slash": Broken(
        "  /v1/executions:\n    post",
        "  @@v1/executions:\n    post",
        "the path 'v1/executions' begins with no slash; expected '/v1/executions'",
    ),
    "path of the mock's own": Broken(
        "  /v1/executions:\n    post",
        "  @@/docs/executions:\n    post",
        "the mock serves /docs itself; expected another path",
    ),
    "path that mixes text and a parameter": Broken(
        "  /v1/executions/{id}:",
        "  @@/v1/executions/e-{id}:",
        "'e-{id}' mixes text and a parameter; expected a whole segment such as '{id}'",
    ),
    "path with a slash at its end": Broken(
        "  /v1/executions:\n    post",
        "  @@/v1/executions/:\n    post",
        "the path '/v1/executions/' has an empty segment or a query; expected one such as /a/b",
    ),
    "the same path twice": Broken(
        "  /v1/public/executions/{id}:",
        "  @@/v1/executions/{name}:",
        "the path is the same as /v1/executions/{id}, but for the names of its parameters",
    ),
    "parameter that is not declared": Broken(
        "  /v1/executions/{id}:\n    get:",
        "  /v1/executions/{id}/{part}:\n    @@get:",
        "the parameter 'part' of the path is not declared; expected one with `in: path`",
    ),
    "parameter that is not in the path": Broken(
        "  /v1/executions/{id}:",
        "  /v1/executions/{ids}:",
        "the path has no {id} for this parameter. Did you mean 'ids'?",
        at="name: id\n          in: path",
    ),
    "status that is none": Broken(
        '        "404": {$ref: "#/components/responses/NotFound"}',
        '        @@"4O4": {$ref: "#/components/responses/NotFound"}',
        "'4O4' is no status; expected 200, 4XX or default, for example",
    ),
    "no success": Broken(
        '      responses:\n        "200":\n          description: The execution, new',
        '      @@responses:\n        "302":\n          description: The execution, new',
        "there is no success; expected a status such as 200",
    ),
    "unknown security scheme": Broken(
        "        - bearerAuth: [read-write]",
        "        - @@bearerAut: [read-write]",
        "'bearerAut' is not in components/securitySchemes. Did you mean 'bearerAuth'?",
    ),
    "security scheme that is not served": Broken(
        "    embedKey:\n      type: http\n      scheme: bearer",
        "    @@embedKey:\n      type: apiKey\n      name: X-Key\n      in: header",
        "the mock reads bearer keys alone; expected 'embedKey' with `type: http` and `scheme: bearer`",
    ),
    "link to no operation": Broken(
        "              operationId: getExecution\n",
        "              @@operationId: getExecutio\n",
        "the link leads to no operation 'getExecutio'. Did you mean 'getExecution'?",
    ),
    # schemas
    "misspelt keyword": Broken(
        '        externalRef:\n          type: [string, "null"]',
        '        externalRef:\n          @@tipe: [string, "null"]',
        "'tipe' is no keyword of a schema. Did you mean 'type'?",
    ),
    "unknown type": Broken(
        "        requestId:\n          type: string\n    GetExecutionEnvelope",
        "        requestId:\n          @@type: strin\n    GetExecutionEnvelope",
        "expected one of string, number, integer, boolean, object, array, null or an array, "
        "received \"strin\". Did you mean 'string'?",
    ),
    "pattern that is none": Broken(
        'pattern: "(Z|[+-]00:00)$"',
        '@@pattern: "(Z|[+-]00:00$"',
        "'(Z|[+-]00:00$' is not a regular expression",
    ),
    "schema that refers to what a URI cannot name": Broken(
        'schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'schema: {@@$ref: "#/paths/~1v1~1executions~1{id}/get/parameters/0"}',
        "'#/paths/~1v1~1executions~1{id}/get/parameters/0' has characters that the reference of a schema"
        " cannot have; expected one such as '#/components/schemas/Name'",
    ),
    "schema with an address": Broken(
        "    Timestamp:\n      type: string",
        "    Timestamp:\n      @@$id: https://example.com/t\n      type: string",
        "'$id' gives a schema an address of its own, which schemas of a contract do not have",
    ),
    # what the handlers need
    "operation renamed": Broken(
        "    get:\n      operationId: getExecution\n",
        "    get:\n      @@operationId: getExecutions\n",
        "no operation has the operationId 'getExecution', which the mock needs."
        " Is 'getExecutions' meant to be it?",
    ),
    "operation with another name": Broken(
        "      operationId: executeWorkflow\n",
        "      operationId: run\n",
        "no operation has the operationId 'executeWorkflow', which the mock needs",
        at="paths:\n",
    ),
    "parameter renamed": Broken(
        "      name: limit\n",
        "      name: limits\n",
        "listExecutions has no parameter 'limit', which the mock needs. Did you mean 'limits'?",
        at="get:\n      operationId: listExecutions",
    ),
    "parameter without a default": Broken(
        "        default: 20\n",
        "",
        "the parameter 'limit' has no default; expected one in its schema",
        at="Limit:\n",
    ),
    "body that is not JSON": Broken(
        'application/json:\n            schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        'text/plain:\n            schema: {$ref: "#/components/schemas/CreateExecutionRequest"}',
        "createExecution has no body of application/json with a schema, which the mock needs",
        at="post:\n      operationId: createExecution",
    ),
    "body property that is optional": Broken(
        "      required: [sourceEntityType, sourceSystem, workflowId]",
        "      required: [sourceEntityType, sourceSystem]",
        "'workflowId' is not required, and the mock reads it in every request",
        at="CreateExecutionRequest:\n      type",
    ),
    "body property without a default": Broken(
        "      default: main\n",
        "",
        "'user_key' has no default, which the mock takes",
        at="EmbedUserKey:\n      type",
    ),
    "answer property renamed": Broken(
        "            clientToken:\n              type",
        "            clientTokn:\n              type",
        "there is no property 'clientToken', which the mock fills. Did you mean 'clientTokn'?",
        at="data:\n          type: object\n          required: [clientToken",
    ),
    "answer property that is not filled": Broken(
        "      required: [createdAt, id, organizationId, status, updatedAt]",
        "      required: [createdAt, id, organizationId, status, updatedAt, @@region]",
        "'region' is required, and the mock does not fill it in every answer; leave it out of `required`",
    ),
    "status without transitions": Broken(
        "        - workflow_cancelled\n",
        "        - workflow_cancelled\n        - @@workflow_expired\n",
        "'workflow_expired' is not in x-transitions.next; expected what may follow it there,"
        " [] if nothing does",
    ),
    "transition to no status": Broken(
        "workflow_running: [workflow_waiting, workflow_succeeded,",
        "workflow_running: [workflow_waiting, @@workflow_suceeded,",
        "'workflow_suceeded' is no status. Did you mean 'workflow_succeeded'?",
    ),
    "no transitions": Broken(
        "      x-transitions:\n        x-source: inferred\n        initial: [awaiting",
        "      x-transition:\n        x-source: inferred\n        initial: [awaiting",
        "the key 'x-transitions' is missing; expected an object",
        at="type: string\n      description: Where an execution stands",
    ),
    "lifecycle of no property": Broken(
        "          statusReason:\n            from: terminal",
        "          @@statusReasons:\n            from: terminal",
        "'statusReasons' is no property of an execution. Did you mean 'statusReason'?",
    ),
    "lifecycle of an id without a prefix": Broken(
        "          runId:\n            prefix: run_\n",
        "          @@runId:\n",
        "'runId' has no `prefix`, with which the mock begins the ids that it makes for it",
    ),
    "drift that is a status": Broken(
        "        - workflow_cancelled\n",
        "        - workflow_cancelled\n        - workflow_partial\n",
        "'workflow_partial' is not in x-transitions.next; expected what may follow it there,"
        " [] if nothing does",
        at="workflow_partial\n      #",
    ),
    "choice renamed": Broken(
        "  badKey:\n",
        "  badKeys:\n",
        "x-choices has no 'badKey', which the mock needs. Did you mean 'badKeys'?",
        at="x-choices:\n",
    ),
    "choice of no value": Broken(
        "    default: clamp\n",
        "    default: cut\n",
        "limitOverMaximum cannot be 'cut'; expected one of clamp, 400",
        at="limitOverMaximum:\n",
    ),
    "choice that refuses with a success": Broken(
        "  badKey:\n    default: 401\n",
        "  @@badKey:\n    default: 200\n",
        "badKey cannot be 200; expected one of 401, 403",
    ),
    "choice without a default": Broken(
        "  badKey:\n    default: 401\n",
        "  badKey:\n    @@default-status: 401\n",
        "the key 'default' is missing; expected a value",
    ),
    "strictness of nothing": Broken(
        "  contentType: wrongContentType",
        "  @@contentTyp: wrongContentType",
        "'contentTyp' is not what a request is refused for; expected parameter, malformedBody, invalidBody,"
        " contentType, overMaximum, hugeNumber, null, emptyString, unknownProperty, formBody, body/NAME."
        " Did you mean 'contentType'?",
    ),
    "strictness by no choice": Broken(
        "x-strictness: {parameter: missingPublicToken}",
        "x-strictness: {@@parameter: missingToken}",
        "there is no choice 'missingToken' in x-choices. Did you mean 'missingPublicToken'?",
    ),
    "strictness without a status": Broken(
        "x-strictness: {parameter: missingPublicToken}",
        "x-strictness: {@@parameter: nullOptional}",
        "nullOptional chooses no status, which 'parameter' needs",
    ),
    # examples
    "example that breaks its schema": Broken(
        "          code: 200\n          data: {hasMore: false, items: [],".replace(
            "          code", "        code"
        ).replace("          data", "        data"),
        "        code: 200\n        data: {hasMore: 0, items: [],",
        "the example breaks its schema: data/hasMore: expected a boolean, received 0",
        at="hasMore: 0",
    ),
    "example of a parameter": Broken(
        "      example: 3\n",
        "      @@example: three\n",
        'the example breaks its schema: expected an integer, received "three"',
    ),
}
