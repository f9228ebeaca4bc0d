// Stands after an import of these types from what a generator made; tsc reports each error that does not come.
export const executed: ExecuteWorkflowRequest = {};
// @ts-expect-error two of the three required properties are missing
export const created: CreateExecutionRequest = { sourceSystem: "storefront" };
// @ts-expect-error the contract has eight statuses
export const status: ExecutionStatus = "workflow_partial";
// @ts-expect-error a place is text
export const detail: ApiErrorDetail = { location: 7 };
// @ts-expect-error a sentence is text
export const sentence: ApiErrorDetail = { message: 7 };
