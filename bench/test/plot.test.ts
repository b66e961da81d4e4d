import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, it } from "vitest";

import { dotsWithIntervals, lines } from "../src/plot.ts";

const words = { title: "A title", subtitle: "of a plot & more", seriesTitle: "System" };

it("draws a dot and an interval for each value", async () => {
  const marks = ["first <kind>", "second"].flatMap((row) =>
    ["Lectern", "FTS5", "MiniSearch"].map((series, at) => ({
      row,
      series,
      value: 0.5 + at / 10,
      low: 0.4 + at / 10,
      high: 0.6 + at / 10,
    })),
  );
  const svg = await dotsWithIntervals({
    ...words,
    valueTitle: "MRR@10",
    rowTitle: "Kind",
    range: [0, 1],
    marks,
  });
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(count(svg, "point")).toBe(6);
  expect(count(svg, "rule mark")).toBe(6);
  const around = ["A title", "of a plot & more", "System", "MRR@10", "Kind"];
  const shown = ["first <kind>", "second", "Lectern", "FTS5", "MiniSearch", "0.5"];
  expect(texts(svg)).toEqual(expect.arrayContaining([...around, ...shown]));
});

it("draws lines on logarithmic axes", async () => {
  const points = ["small", "large"].flatMap((line, at) =>
    [1000, 100_000, 1_000_000].map((x) => ({ line, x, y: (x / 2000) * (at + 1) })),
  );
  const panel = { title: "Search", x: "Pages", y: "ms", points };
  const svg = await lines({ title: "A title", panels: [panel, { ...panel, title: "Index" }] });
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(count(svg, "line mark")).toBe(4);
  expect(count(svg, "point")).toBe(12);
  const shown = ["A title", "Search", "Index", "Pages", "ms", "small", "large", "1M"];
  expect(texts(svg)).toEqual(expect.arrayContaining(shown));
});

it("refuses what it has no colours for", async () => {
  const points = Array.from({ length: 9 }, (_, at) => ({ line: String(at), x: at + 1, y: at + 1 }));
  const draw = (given: typeof points): Promise<string> =>
    lines({ title: "t", panels: [{ title: "p", x: "x", y: "y", points: given }] });
  await expect(async () => draw(points)).rejects.toThrow("at most 8 series (got 9)");
  await expect(async () => draw([])).rejects.toThrow("nothing to plot");
});

/** Marks by the description Vega gives each. */
function count(svg: string, description: string): number {
  return svg.split(`aria-roledescription="${description}"`).length - 1;
}

function texts(svg: string): string[] {
  const parsed: unknown[] = new XMLParser({ preserveOrder: true }).parse(svg) as unknown[];
  const found: string[] = [];
  const collect = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(collect);
    else if (typeof node === "object" && node !== null) {
      for (const [name, value] of Object.entries(node)) {
        if (name === "#text") found.push(String(value));
        else collect(value);
      }
    }
  };
  collect(parsed);
  return found;
}
