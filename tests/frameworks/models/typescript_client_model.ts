// A scripted Claude, for the TypeScript SDK. It prints what `Script` in script.py prints.
import assert from "node:assert";
import { readFileSync } from "node:fs";

const { question, calls, answer } = JSON.parse(readFileSync(new URL("script.json", import.meta.url), "utf8"));
const record = { offered: {}, received: [] as object[], ended: "" };

async function create({ tools, messages }) {
  record.offered = Object.fromEntries(tools.map((tool) => [tool.name, tool.input_schema]));
  const last = messages.at(-1).content;
  const turn = record.received.length;
  record.received.push(
    typeof last === "string"
      ? { text: last, mark: "" }
      : { text: last[0].content.map(({ text }) => text).join("\n"), mark: last[0].is_error ? "`is_error`" : "" },
  );
  const [name, input] = calls[turn] ?? [];
  return { content: [name ? { type: "tool_use", id: `call-${turn}`, name, input } : { type: "text", text: answer }] };
}

try {
  const { ask } = await import(process.argv[2]);
  assert.equal(await ask(question, create), answer);
} catch (error) {
  record.ended = `${error.name}: ${error.message}`;
}
console.log(JSON.stringify(record));
