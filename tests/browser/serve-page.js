// Serves the page from an origin of its own, as a front end's development server does.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const files = { "/": ["index.html", "text/html"], "/app.js": ["app.js", "text/javascript"] };

createServer(async (request, response) => {
  const [name, type] = files[new URL(request.url, "http://page").pathname] ?? [];
  if (!name) return response.writeHead(404).end();
  const path = fileURLToPath(new URL(`page/${name}`, import.meta.url));
  response.writeHead(200, { "Content-Type": `${type}; charset=utf-8` }).end(await readFile(path));
}).listen(Number(process.env.PAGE_PORT ?? 5173), "127.0.0.1");
