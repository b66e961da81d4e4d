/** The least an MCP server can be on the same SDK: what start-up is compared with. */
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

serveStdio(() => {
  const server = new McpServer({ name: "bare", version: "1.0.0" });
  const inputSchema = z.object({ text: z.string() });
  server.registerTool("echo", { inputSchema }, ({ text }) => ({
    content: [{ type: "text", text }],
  }));
  return server;
});
