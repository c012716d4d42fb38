import { SaxesParser, type SaxesTagNS } from "saxes";
import { WintersealError } from "../messages/errors";
import { XML_LIMITS } from "./limits";

/** An element of a document that nothing outside of it can change: no DTD, no entities but XML's own five. */
export interface XmlElement {
  /** Local name; the namespace stands beside it. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed. */
  readonly text: string;
  /** Names from below the root, with the place among equals where there are several: `statements/statement[2]/date`. */
  readonly path: string;
}

interface Growing {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Growing[];
  text: string;
  path: string;
}

/** UTF-8 text of an XML file. @throws WintersealError FILE_TOO_LARGE, FILE_MALFORMED */
export function decodeXml(bytes: Uint8Array): string {
  if (bytes.length > XML_LIMITS.bytes)
    throw new WintersealError("FILE_TOO_LARGE", `The file is larger than ${XML_LIMITS.bytes / 1024 / 1024} MiB`, {
      limit: XML_LIMITS.bytes,
    });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new WintersealError("FILE_MALFORMED", "The file is not UTF-8");
    throw error;
  }
  const declared = /^<\?xml[^>]*\bencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (declared !== undefined && !/^utf-?8$/i.test(declared))
    throw new WintersealError("FILE_MALFORMED", `The file declares the encoding ${declared.slice(0, 20)}; UTF-8 is read`);
  return text;
}

/**
 * Reads XML into a plain tree, strictly.
 * @throws WintersealError FILE_HOSTILE for a DTD, or more depth or elements than {@link XML_LIMITS}; FILE_MALFORMED with the line
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: Growing[] = [];
  let root: Growing | undefined;
  let elements = 0;
  // A first look is enough to turn a declaration away before the parser reads into it.
  if (text.includes("<!DOCTYPE") || text.includes("<!ENTITY")) refuse("declares a document type; no certificate needs one");
  parser.on("error", (error) => {
    throw new WintersealError("FILE_MALFORMED", `Line ${parser.line}: ${error.message.replace(/^\d+:\d+: /, "")}`, { line: parser.line });
  });
  parser.on("doctype", () => refuse("declares a document type; no certificate needs one"));
  parser.on("opentag", (tag: SaxesTagNS) => {
    elements += 1;
    if (open.length >= XML_LIMITS.depth) refuse(`nests deeper than ${XML_LIMITS.depth} elements`);
    if (elements > XML_LIMITS.elements) refuse(`holds more than ${XML_LIMITS.elements} elements`);
    const attributes = Object.fromEntries(Object.values(tag.attributes).map((it) => [it.local, it.value]));
    const element: Growing = { name: tag.local, namespace: tag.uri, attributes, children: [], text: "", path: "" };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const take = (part: string) => {
    const current = open.at(-1);
    if (current) current.text += part;
  };
  parser.on("text", take);
  parser.on("cdata", take);
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(text).close();
  if (!root) throw new WintersealError("FILE_MALFORMED", "The file holds no element");
  settle(root, "");
  return root;
}

function refuse(reason: string): never {
  throw new WintersealError("FILE_HOSTILE", `The file ${reason}`);
}

/** Trims texts and names places, once the equals among neighbours are known. */
function settle(element: Growing, path: string): void {
  element.path = path;
  element.text = element.text.trim();
  const counts = new Map<string, number>();
  for (const { name } of element.children) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  for (const child of element.children) {
    const number = (seen.get(child.name) ?? 0) + 1;
    seen.set(child.name, number);
    const step = (counts.get(child.name) ?? 0) > 1 ? `${child.name}[${number}]` : child.name;
    settle(child, path === "" ? step : `${path}/${step}`);
  }
}

/** First element at a path of names, or undefined. */
export function find(from: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let at = from;
  for (const name of names) at = at?.children.find((child) => child.name === name);
  return at;
}

/** Every element below, in order of the document, the element itself left out. */
export function* below(from: XmlElement): Generator<XmlElement> {
  for (const child of from.children) {
    yield child;
    yield* below(child);
  }
}
