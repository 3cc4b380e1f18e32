/**
 * `@lesion/report`: overlays on images, and reports as one HTML file. Runs anywhere; `@lesion/report/node`
 * writes the file.
 */
export { type BlendOptions, blend } from './blend.js';
export {
  type ChartFile,
  chartFiles,
  confusionSvg,
  histogramSvg,
  lossesSvg,
  precisionRecallSvg,
  reliabilitySvg,
  rocSvg,
  subgroupsSvg,
} from './chart-figures.js';
export { type Colour, cssColour, FEATURE_COLOURS, OUTLINE_COLOURS } from './colours.js';
export { type ContactSheetOptions, contactSheet } from './contact-sheet.js';
export { type DrawFeaturesOptions, drawFeatures, type FeatureValues } from './features.js';
export { type FigureOptions, type FigurePanel, figureSvg } from './figure.js';
export { type DrawHeatMapOptions, drawHeatMap } from './heat-map.js';
export { type EncodeJpegOptions, encodeJpeg } from './jpeg.js';
export type { Chart, ChartSeries } from './line-chart.js';
export { type DrawOutlineOptions, drawOutline } from './outline.js';
export { PALETTES, type PaletteName, paletteTable } from './palettes.js';
export { type PictureOptions, picture, type ReportPicture } from './picture.js';
export { type RankedClassOptions, rankedClass } from './ranked-class.js';
export { type ReliableClassOptions, reliableClass } from './reliable-class.js';
export { renderReport } from './render-report.js';
export type {
  ReportBandedCurve,
  ReportCard,
  ReportComparison,
  ReportComparisonRow,
  ReportConfusion,
  ReportCurve,
  ReportData,
  ReportFigure,
  ReportHistogram,
  ReportImage,
  ReportLosses,
  ReportMeasure,
  ReportModel,
  ReportOrder,
  ReportPictures,
  ReportRankedClass,
  ReportRanking,
  ReportReliability,
  ReportReliabilityBin,
  ReportReliableClass,
  ReportScores,
  ReportStep,
  ReportSubgroup,
  ReportSubgroups,
  ReportTable,
  ReportValue,
} from './report-data.js';
export { type SubgroupsOptions, subgroups } from './subgroups.js';
export { type DrawSuperpixelsOptions, drawSuperpixels } from './superpixels.js';
