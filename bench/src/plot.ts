/** Plots as SVG, drawn by Vega without a browser. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** A value of a series in a row, with the interval it is sure to. */
interface Mark {
  readonly row: string;
  readonly series: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Rows of dots with intervals, all series of a row below one another. */
export interface DotPlot {
  readonly title: string;
  readonly subtitle: string;
  readonly valueTitle: string;
  readonly rowTitle: string;
  readonly seriesTitle: string;
  /** Of the values' axis. */
  readonly range: readonly [least: number, most: number];
  /** Rows and series stand in the order in which they first occur. */
  readonly marks: readonly Mark[];
}

/** A point of a named line. */
export interface Point {
  readonly line: string;
  readonly x: number;
  readonly y: number;
}

/** One pair of axes, both logarithmic: values must be above 0. */
interface Panel {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Lines stand in the order in which they first occur. */
  readonly points: readonly Point[];
}

/** Panels of lines, below one another. */
export interface LinePlot {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/**
 * Okabe and Ito's colours, told apart by the colour-blind, with grey in place of their yellow, which
 * is hardly seen on white. Series differ in shape as well.
 */
const COLOURS = [
  "#000000",
  "#d55e00",
  "#e69f00",
  "#cc79a7",
  "#0072b2",
  "#56b4e9",
  "#009e73",
  "#8c8c8c",
];
const SHAPES = [
  "circle",
  "square",
  "diamond",
  "triangle-up",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
];

const LOOK = {
  background: "white",
  padding: 16,
  config: {
    font: "sans-serif",
    axis: { labelFontSize: 12, titleFontSize: 13, labelLimit: 260, gridColor: "#e4e4e4" },
    legend: { labelFontSize: 12, titleFontSize: 13, labelLimit: 260, symbolSize: 70 },
    title: { anchor: "start", fontSize: 16, subtitleFontSize: 12, offset: 14 },
  },
} as const satisfies Partial<TopLevelSpec>;

/** Height of a series within its row in pixels, and the gaps above and below all of them in such heights. */
const LANE = 11;
const GAP = 0.8;

/** Draws a {@link DotPlot}; refuses more series than there are colours. */
export function dotsWithIntervals(plot: DotPlot): Promise<string> {
  const rows = distinct(plot.marks.map(({ row }) => row));
  const series = seriesOf(plot.marks);
  const x = {
    type: "quantitative" as const,
    scale: { domain: [...plot.range], nice: false },
    title: plot.valueTitle,
  };
  return draw({
    ...LOOK,
    title: { text: plot.title, subtitle: plot.subtitle },
    data: { values: plot.marks.map((mark) => ({ ...mark })) },
    width: 560,
    height: { step: LANE, for: "offset" },
    encoding: {
      y: {
        field: "row",
        type: "nominal",
        sort: rows,
        title: plot.rowTitle,
        scale: { paddingInner: 0, paddingOuter: 0 },
        axis: { grid: true, bandPosition: 0, tickBand: "extent", ticks: false, labelPadding: 8 },
      },
      yOffset: { field: "series", scale: { domain: series, paddingOuter: GAP } },
      color: colour(series, plot.seriesTitle),
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 1.5 },
        encoding: { x: { ...x, field: "low" }, x2: { field: "high" } },
      },
      {
        mark: { type: "point", filled: true, size: 45, opacity: 1 },
        encoding: { x: { ...x, field: "value" }, shape: shape(series, plot.seriesTitle) },
      },
    ],
  });
}

/** `0.5`, `200`, `20k`, `1M`. */
const NUMBERS = {
  labelExpr: "datum.value < 1000 ? format(datum.value, '~g') : format(datum.value, '~s')",
};

/** Draws a {@link LinePlot}; refuses more lines a panel than there are colours. */
export function lines({ title, panels }: LinePlot): Promise<string> {
  const scale = { type: "log" as const };
  return draw({
    ...LOOK,
    title: { text: title },
    vconcat: panels.map((panel) => {
      const values = panel.points.map(({ line, x, y }) => ({ series: line, x, y }));
      const series = seriesOf(values);
      return {
        title: panel.title,
        width: 520,
        height: 220,
        data: { values },
        mark: { type: "line" as const, strokeWidth: 2, point: { filled: true, size: 55 } },
        encoding: {
          x: { field: "x", type: "quantitative" as const, scale, axis: NUMBERS, title: panel.x },
          y: { field: "y", type: "quantitative" as const, scale, axis: NUMBERS, title: panel.y },
          color: colour(series, ""),
          shape: shape(series, ""),
        },
      };
    }),
    resolve: { scale: { color: "independent", shape: "independent" } },
  });
}

function colour(series: readonly string[], title: string): object {
  const scale = { domain: series, range: COLOURS.slice(0, series.length) };
  return { field: "series", type: "nominal", scale, title };
}

function shape(series: readonly string[], title: string): object {
  const scale = { domain: series, range: SHAPES.slice(0, series.length) };
  return { field: "series", type: "nominal", scale, title };
}

function seriesOf(values: readonly { readonly series: string }[]): string[] {
  const series = distinct(values.map((value) => value.series));
  if (series.length === 0) throw new Error("nothing to plot");
  if (series.length > COLOURS.length) {
    throw new Error(`a plot has at most ${COLOURS.length} series (got ${series.length})`);
  }
  return series;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

async function draw(plot: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(plot).spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
