/** The site's content policy forbids code from strings; zod would try it once and the browser would complain. Import before any schema runs. */
import * as z from "zod";

z.config({ jitless: true });
