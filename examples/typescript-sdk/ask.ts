/**
 * Let Claude look up executions, with version 1 of the MCP TypeScript SDK. Node.js 24 runs this file as it is.
 *
 *     npm install
 *     KAIZEN_SANDBOX=1 ANTHROPIC_API_KEY=... node ask.ts "What does exec-eligibility-login wait for?"
 *
 * `kaizen-mcp` must be on the PATH; otherwise write its full path below.
 */
import Anthropic from "@anthropic-ai/sdk";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";

type Model = (request: Anthropic.MessageCreateParamsNonStreaming) => PromiseLike<Anthropic.Message>;

export async function ask(question: string, model: Model = (request) => new Anthropic().messages.create(request)) {
  const kaizen = new Client({ name: "ask", version: "1.0.0" });
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith("KAIZEN_")) as [string, string][];
  await kaizen.connect(new StdioClientTransport({ command: "kaizen-mcp", env: Object.fromEntries(settings) }));
  const tools = (await kaizen.listTools()).tools.map(({ name, description, inputSchema }) => ({
    name, description, input_schema: inputSchema as Anthropic.Tool.InputSchema,
  }));
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: question }];
  for (;;) {
    const reply = await model({ model: "claude-sonnet-4-5", max_tokens: 2000, tools, messages });
    messages.push({ role: "assistant", content: reply.content });
    const results: Anthropic.ToolResultBlockParam[] = [];
    for (const block of reply.content.filter((block) => block.type === "tool_use")) {
      const called = await kaizen.callTool({ name: block.name, arguments: block.input as {} });
      const { content, isError } = called as CallToolResult;
      const texts = content.filter((part) => part.type === "text").map(({ text }) => ({ type: "text" as const, text }));
      results.push({ type: "tool_result", tool_use_id: block.id, content: texts, is_error: isError });
    }
    if (!results.length) return kaizen.close().then(() => reply.content.find((block) => block.type === "text")?.text);
    messages.push({ role: "user", content: results });
  }
}

if (import.meta.main) console.log(await ask(process.argv[2]!));
