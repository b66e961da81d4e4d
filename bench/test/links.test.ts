import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, expect, it } from "vitest";

import { links } from "../src/links.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lectern-links-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const pages = {
  "site/guide.md": `---
title: Guide
---

# Guide

[same page](#second-part), [from the root](/manual/page.html#setup), [a folder](/manual/#index-part),
[by reference][ref], [encoded](manual/with%20space.md#stra%C3%9Fe), [upwards](../site/manual/page.md#setup).
[outside](https://example.org/#setup) and \`[code](#nothing)\` do not count, nor [no fragment](manual/page.md).

[ref]: manual/page.md?plain=1#setup "title"

## Second part

[case](manual/page.md#SETUP_), [label](#a-label), [theirs](#b-label), [gone](manual/page.md#removed),
[top](manual/page.md#top), [line](manual/page.md#L12), [absent](absent.md#x), [file](data.yaml#x),
[moved](manual/page.md#second-part), [text](manual/page.md#:~:text=x).

(a-label)=
`,
  "site/manual/page.html.md": "# Page\n\nText.\n\n## Setup\n\nText.\n\n<a id='b-label'></a>\n",
  "site/manual/page.md": "# Page\n\nText.\n\n## Setup\n\nText.\n",
  "site/manual/index.md": "# Index part\n\nText.\n",
  "site/manual/with space.md": "# Straße\n\nText.\n",
};

it("follows links as a site does and says why one leads nowhere", async () => {
  const folder = path.join(scratch, "docs");
  for (const [name, text] of Object.entries(pages)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const figures = await links({ name: "docs", folder, queries: [] }, scratch);
  const { broken, reasons, ...count } = figures;
  expect(count).toEqual({ links: 16, samePage: 3, toPages: 14, resolved: 8 });
  expect(reasons).toEqual({
    "explicit anchor of another page": 1,
    "no such heading": 1,
    "top of the page": 1,
    "line or number": 1,
    "page not in the corpus": 1,
    "not a Markdown page": 1,
    "heading of another page": 1,
    "fragment is no anchor": 1,
  });
  expect(broken[0]).toEqual({
    from: "site/guide.md",
    line: 15,
    text: "theirs",
    url: "#b-label",
    page: "site/guide.md",
    reason: "explicit anchor of another page",
  });
});
