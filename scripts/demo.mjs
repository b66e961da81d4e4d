// What a newcomer sees: a folder indexed, a question answered through a real MCP client.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import { build, root, run } from "./workspace.mjs";

const [given, ...words] = process.argv.slice(2).filter((argument) => argument !== "--");
const folder = path.resolve(given ?? path.join(root, "examples/handbook"));
const asked = words.join(" ");
const question =
  asked || (given ? "how do I get started?" : "How do I skip a poison message in Kafka?");
const server = path.join(root, "packages/server/bin/lectern.js");
const index = path.join(root, ".tools/demo-index");

build();
heading(`1. Indexing ${path.basename(folder)}`);
run(process.execPath, [server, "index", folder, "--index-dir", index]);

const { Client, StdioClientTransport } = await mcpClient();
const client = new Client({ name: "lectern-demo", version: "1.0.0" });
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [server, "serve", folder, "--index-dir", index],
  stderr: "inherit",
});
await client.connect(transport);

heading("2. What a host sees");
console.log(`instructions: ${client.getInstructions()}\n`);
const { tools } = await client.listTools();
for (const { name, title, inputSchema } of tools) {
  console.log(`${name} (${title}): ${Object.keys(inputSchema.properties ?? {}).join(", ")}`);
}
console.log(`tool list: ${JSON.stringify(tools).length} bytes`);

heading(`3. search_docs: ${question}`);
const started = performance.now();
const found = await client.callTool({
  name: "search_docs",
  arguments: { query: question, limit: 3 },
});
const milliseconds = (performance.now() - started).toFixed(1);
console.log(found.content[0].text);
console.log(`\n(answered in ${milliseconds} ms over stdio, the first call of a fresh server)`);

const [best] = found.structuredContent?.hits ?? [];
if (best) {
  const reference = `${best.path}#${best.section}`;
  heading(`4. get_doc: ${reference}`);
  const read = await client.callTool({ name: "get_doc", arguments: { path: reference } });
  console.log(read.content[0].text);
}
await client.close();

heading("Connect your own host");
run(process.execPath, [server, "print-config", "generic", folder]);
console.log(`\nFor a host by name: node ${server} print-config HOST ${folder}`);

function heading(text) {
  console.log(`\n=== ${text} ===\n`);
}

/** The SDK's client as the server package has it. */
async function mcpClient() {
  const require = createRequire(path.join(root, "packages/server/package.json"));
  const load = (name) => import(pathToFileURL(require.resolve(name)).href);
  return {
    ...(await load("@modelcontextprotocol/client")),
    ...(await load("@modelcontextprotocol/client/stdio")),
  };
}
