/** Imported first: the page's policy forbids evaluating text, so zod shall not even try. */
import * as z from "zod";

z.config({ jitless: true });
