/** How the series of charts look, on the page and in files that stand alone. A room of constants; leans on nothing. */

/** Colours of the series on white, apart for any colour vision (Okabe and Ito, darkened where they were faint). */
export const SERIES = ['#0072b2', '#d55e00', '#007f5c', '#a8518a'] as const;

/** A dash a series, so that grey tells them apart too. */
export const DASHES = ['none', '7 3', '2 3', '9 3 2 3'] as const;

/** The class of the series with this index; beyond the fourth they begin again. */
export const seriesClass = (index: number): string => `series-${(index % SERIES.length) + 1}`;

/** Rules of a chart that hold wherever it is drawn; colours of text, grid and series are given beside them. */
export const CHART_RULES = [
  '.series path, .series line { fill: none; stroke-width: 2; stroke-linejoin: round; }',
  '.series .band { fill-opacity: .16; stroke: none; }',
  '.series .column { stroke: none; }',
  '.series .whisker { stroke-width: 1.2; stroke-dasharray: none; }',
  '.chart .cell { stroke: none; }',
  '.chart .chance { stroke-dasharray: 3 4; }',
  '.chart .strong { font-weight: bold; }',
  '.series.small circle { fill-opacity: 0; stroke-width: 1.5; }',
].join('\n');

/** The style of a figure file: dark on white, with a font that comes along where it becomes a PNG. */
export const FIGURE_STYLE = [
  'text { font-family: "DejaVu Sans", Verdana, sans-serif; font-size: 13px; fill: #16191d; }',
  '.title { font-size: 16px; font-weight: bold; } .note { font-size: 12px; fill: #59626d; }',
  '.chart text { font-size: 13px; fill: #59626d; } .chart .ink { fill: #16191d; }',
  '.grid line { stroke: #dde1e6; } .axis line, .chart .chance { stroke: #59626d; }',
  CHART_RULES,
  ...SERIES.map(
    (colour, i) =>
      `.series-${i + 1} path, .series-${i + 1} line { stroke: ${colour}; stroke-dasharray: ${DASHES[i]}; } .series-${i + 1}.small circle { stroke: ${colour}; } .series-${i + 1} circle, .series-${i + 1} .band, .series-${i + 1} .column, .series-${i + 1} .cell { fill: ${colour}; }`,
  ),
].join('\n');
