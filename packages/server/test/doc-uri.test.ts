import { array, assert, option, property, string } from "fast-check";
import { expect, it } from "vitest";

import { docUri, referenceOfUri } from "../src/doc-uri.ts";

/** Names of files and sections as systems allow them: any text but what separates them. */
const name = string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(
  (text) => !/[/\0]/u.test(text),
);

it("a uri stands for exactly the page and section it was made of", () => {
  assert(
    property(array(name, { minLength: 1, maxLength: 4 }), option(name), (parts, part) => {
      const path = parts.join("/");
      const uri = docUri(path, part ?? undefined);
      expect(uri).toMatch(/^kb:\/\/doc\/[\x21-\x7E]+$/u);
      expect(referenceOfUri(uri)).toEqual(part === null ? { path } : { path, section: part });
    }),
  );
});

it("percent-encoding is undone once, and what is none is no uri", () => {
  expect(referenceOfUri("kb://doc/%252e%252e%252fa.md")).toEqual({ path: "%2e%2e%2fa.md" });
  expect(referenceOfUri("kb://doc/a%2Fb.md#c%20d")).toEqual({ path: "a/b.md", section: "c d" });
  for (const uri of ["kb://doc/%zz", "kb://doc/a.md#%", "kb://other/a.md", "a.md", ""]) {
    expect(referenceOfUri(uri)).toBeUndefined();
  }
});
