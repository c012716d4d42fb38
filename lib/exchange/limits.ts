/** What an XML file may be at most: beyond it nobody's certificate lies, only somebody's attack. Apart from its reader: pages ask it too. */
export const XML_LIMITS = { bytes: 4 * 1024 * 1024, depth: 64, elements: 50_000 } as const;
