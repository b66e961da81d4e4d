/** Whether an index that was kept up equals one that is built anew. */
import { openEngine } from "@lectern/native";

const ASKED = 300;

/** What differs, in words; nothing where they are equal. Brings the kept index up first. */
export async function differences(
  folder: string,
  indexDir: string,
  freshDir: string,
  queries: readonly string[],
): Promise<string[]> {
  await using kept = await openEngine({ roots: [{ path: folder }], indexDir });
  await using fresh = await openEngine({ roots: [{ path: folder }], indexDir: freshDir });
  await kept.sync();
  await fresh.sync();
  const { changed, gone, unindexed, damaged, pages } = await kept.verify();
  const found = [...changed, ...gone, ...unindexed, ...damaged].map(
    (name) => `not as on disk: ${name}`,
  );
  const { pages: freshPages } = await fresh.stats();
  if (pages !== freshPages) found.push(`${pages} pages, a fresh index has ${freshPages}`);
  // Until they are merged away, deleted documents count when candidates are chosen.
  await kept.compact();
  const step = Math.max(1, Math.floor(queries.length / ASKED));
  for (const query of queries.filter((_, at) => at % step === 0)) {
    const [a, b] = await Promise.all(
      [kept, fresh].map((engine) => engine.search({ query, limit: 10 })),
    );
    const text = (answer: typeof a): string =>
      JSON.stringify(answer?.hits.map(({ path, lines, score }) => [path, lines, score.toFixed(6)]));
    if (text(a) !== text(b)) found.push(`another answer to ${query}`);
  }
  return found;
}
