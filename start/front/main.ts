import { readFileSync } from "node:fs";
import * as z from "zod";
import { startFront } from "./front";

const route = z.strictObject({ port: z.int(), target: z.int() });
const settings = z
  .object({
    FRONT_HOST: z.string(),
    FRONT_CERT: z.string(),
    FRONT_KEY: z.string(),
    FRONT_ROUTES: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.array(route)),
  })
  .parse(process.env);

const stop = await startFront({
  host: settings.FRONT_HOST,
  certificate: readFileSync(settings.FRONT_CERT, "utf8"),
  privateKey: readFileSync(settings.FRONT_KEY, "utf8"),
  routes: settings.FRONT_ROUTES,
});
process.once("SIGTERM", () => void stop().then(() => process.exit(0)));
process.stdout.write(`${JSON.stringify({ ready: true, ports: settings.FRONT_ROUTES.map(({ port }) => port) })}\n`);
