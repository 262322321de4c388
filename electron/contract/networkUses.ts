// For what Facet connects to other computers. Each has a switch in the settings, and its words in words/networkWords.ts. No zod here:
// commands show these too.

/**
 * "search": searching, model pages and the headers that verdicts need. "downloads": files that the user chose. "starter": the first model,
 * fetched without being asked. "links": pages that the browser opens.
 */
export const NETWORK_USES = ["search", "downloads", "starter", "links"] as const;
export type NetworkUse = (typeof NETWORK_USES)[number];

/** What is false is switched off. */
export type NetworkSettings = Readonly<Record<NetworkUse, boolean>>;

export function isNetworkUse(text: string | undefined): text is NetworkUse {
  return NETWORK_USES.some((use) => use === text);
}
