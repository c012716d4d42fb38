import type { ComponentProps } from "react";
import { LiveRefresh as Refresh } from "@/components/live/refresh";
import { renderedBlock } from "./viewer";

/** Keeps a page as new as the ledger, from the block on that its data was read at. */
export async function LiveRefresh(props: Omit<ComponentProps<typeof Refresh>, "block">) {
  return <Refresh {...props} block={await renderedBlock()} />;
}
