// What the libraries that trace requests do: headers of several kinds on each, set by a `fetch` of their own.
const HEADERS = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "dd=s:1;o:rum",
  baggage: "session.id=1",
  "sentry-trace": "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
  "x-datadog-origin": "rum",
  "x-datadog-parent-id": "1234567890",
  "x-datadog-sampling-priority": "1",
  "x-datadog-trace-id": "9876543210",
  b3: "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
};
const plain = window.fetch;
window.fetch = (address, init = {}) => plain(address, { ...init, headers: { ...init.headers, ...HEADERS } });
