import { readFileSync } from "node:fs";

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";

import { DEFAULTS, SETTING_NAMES } from "../../src/config/defaults.ts";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { settingsSchema } from "../../src/config/schema.ts";

const FILE = "../../schema/lectern.config.schema.json";
const read = (): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(FILE, import.meta.url), "utf8")) as Record<string, unknown>;

describe("the published schema", () => {
  // After a change of the settings: vitest run test/config/schema.test.ts -u
  it("is the one that is made from the settings", async () => {
    const text = `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot(FILE);
  });

  const valid = [
    {},
    { $schema: "https://example.com/x.json", roots: ["docs", "notes=~/notes"] },
    { roots: [{ name: "wiki", path: "../wiki" }, "docs"], include: ["*.txt"], exclude: [] },
    { maxFileBytes: 1, runbooks: ["ops"], protocol: "legacy", log: "silent", indexDir: "/x" },
    { synonyms: "words/synonyms.txt" },
    { pull: "off" },
    { pull: "9999s" },
    { pull: "1h" },
  ];
  const invalid = [
    { roots: [] },
    { roots: [""] },
    { roots: [{ name: "a/b", path: "x" }] },
    { roots: [{ path: "x", extra: 1 }] },
    { include: [] },
    { maxFileBytes: 0 },
    { maxFileBytes: 1.5 },
    { protocol: "new" },
    { log: "loud" },
    { synonyms: " " },
    { synonyms: ["a.txt"] },
    { pull: 10 },
    { pull: "10" },
    { pull: "0m" },
    { pull: "100h" },
    { unknown: true },
    [],
  ];

  it("says the same as the settings do, by another validator", () => {
    const isValid = new Ajv2020({ strict: true, allErrors: true }).compile(read());
    for (const value of valid) {
      expect(isValid(value), JSON.stringify(value)).toBe(true);
      expect(settingsSchema().safeParse(value).success).toBe(true);
    }
    for (const value of invalid) {
      expect(isValid(value), JSON.stringify(value)).toBe(false);
      expect(settingsSchema().safeParse(value).success).toBe(false);
    }
  });

  it("describes every setting, with its default and valid examples", () => {
    const { $schema, $id, properties } = read() as {
      $schema: string;
      $id: string;
      properties: Record<string, Record<string, unknown>>;
    };
    expect($schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect($id).toMatch(/\/lectern\.config\.schema\.json$/u);
    expect(Object.keys(properties)).toEqual(["$schema", ...SETTING_NAMES]);
    for (const name of SETTING_NAMES) {
      const property = properties[name] ?? {};
      expect(property, name).toMatchObject({
        title: expect.any(String),
        description: expect.any(String),
      });
      const examples = property["examples"] as unknown[];
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        expect(settingsSchema().safeParse({ [name]: example }).success).toBe(true);
      }
      const defaults: Readonly<Partial<Record<typeof name, unknown>>> = DEFAULTS;
      expect(property["default"]).toEqual(defaults[name]);
    }
  });
});
