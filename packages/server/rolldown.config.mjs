import { defineConfig } from "rolldown";

// One file starts in half the time of the same modules apart.
export default defineConfig({
  input: "src/cli/main.ts",
  platform: "node",
  external: ["@lectern/native"],
  transform: { target: "node20.19" },
  output: {
    file: "dist/lectern.js",
    format: "esm",
    minify: true,
    codeSplitting: false,
  },
});
