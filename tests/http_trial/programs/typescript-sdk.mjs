// Look up an execution over HTTP, as fast as it answers and with a wait: node FILE URL KEY.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, key] = process.argv.slice(2);
const client = new Client({ name: "http-trial", version: "1" });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { "X-Kaizen-Api-Key": key } } }));
for (const args of [{ id: "exec-done-1" }, { id: "exec-wait-2-1", wait_seconds: 10 }])
  console.log(JSON.stringify(await client.callTool({ name: "get_execution", arguments: args })));
await client.close();
