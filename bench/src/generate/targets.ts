/**
 * What the generator is fitted to: figures of the development corpus (2,592 pages of ten public
 * handbooks, 1.98 million words), as `npm run bench -- describe --corpus FOLDER` prints them. A word
 * is a run of letters and digits, code included, front matter not; see `statistics.ts`.
 */
export const TARGETS = {
  /** Distinct words grow as words^0.51. */
  heaps: 0.51,
  /** Log frequency over log rank, ranks 10 to 1,000 and 1,000 to 10,000. */
  zipfHead: -0.845,
  zipfTail: -1.668,
  /** Logarithms of the words of a section, mean and deviation; the median section has 48. */
  sectionWords: { mu: 3.861, sigma: 1.411 },
  /** The same of pages; the median page has 439. */
  pageWords: { mu: 6.085, sigma: 1.144 },
  sectionsMean: 7.88,
  sectionsMedian: 5,
  /** Shares of headings of level 1 to 5. */
  levels: [0.124, 0.451, 0.324, 0.106, 0.018],
  /** Headings whose text another page has too. */
  sharedHeadings: 0.326,
  frontMatter: 0.225,
  /** Links to pages of the corpus, a page; more than half of the pages have none. */
  linksMean: 2.319,
  pagesWithoutLinks: 0.581,
  /** Of the links: with a fragment, to the page itself, with the target's title as text. */
  fragments: 0.478,
  samePage: 0.292,
  textIsTitle: 0.201,
  /** A page. */
  fences: 2.153,
  tables: 0.204,
  listItems: 14.73,
  codeSpans: 7.99,
  pagesAFolder: 5.95,
} as const;
