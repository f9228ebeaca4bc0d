// What the page shows first is asked for before its modules are read. No module, so that it runs before them.

// What is kept by the browser, the APIs whose executions are shown, and what was asked for: `answers` are the clock
// and the newest executions of each API.
const early = (() => {
  const kept = { key: "execmock control key", sandbox: "execmock sandbox" };
  const apis = ["executions", "embed"];
  const [key, sandbox] = [sessionStorage.getItem(kept.key), sessionStorage.getItem(kept.sandbox) ?? "default"];
  const ask = async (path, query) => {
    const headers = key ? { Authorization: `Bearer ${key}` } : {};
    const answer = await fetch(`${path}?${new URLSearchParams({ sandbox, ...query })}`, { headers });
    return answer.ok ? answer.json() : Promise.reject(answer);
  };
  // More than the largest screen shows.
  const newest = { limit: "40", history: "false" };
  const answers = Promise.all([ask("clock"), ...apis.map((api) => ask("executions", { ...newest, api }))]);
  answers.catch(() => {});
  return { kept, apis, newest, sandbox, answers };
})();
