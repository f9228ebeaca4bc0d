# Rejects an execution that waits for its approval, and prints what its users see of it. Needs URL.
set -euo pipefail
ask() { curl -sS --fail-with-body -H 'Authorization: Bearer b3sk_qa' -H 'Content-Type: application/json' "$@"; }
control="$URL/_execmock"
ask "$control/sandboxes" -d '{"name":"qa","seed":7,"keys":[{"key":"b3sk_qa"}],"clock":{"now":"2026-01-01T09:00:00Z","frozen":true}}'
created=$(ask "$URL/v1/executions" -d '{"workflowId":"wf_waits_for_approval","sourceSystem":"shop","sourceEntityType":"order"}')
id=$(sed 's/.*"id":"\([^"]*\)".*/\1/' <<<"$created")
ask "$control/clock/advance?sandbox=qa" -d '{"until":{"execution":"'"$id"'","status":"workflow_waiting"}}'
ask "$control/clock/advance?sandbox=qa" -d '{"by":"1h"}'
ask "$control/executions/$id/signal?sandbox=qa" -d '{"signal":"reject","payload":{"reason":"Too dear"}}'
ask "$URL/v1/executions/$id"
