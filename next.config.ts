import type { NextConfig } from "next";

/** Headers that need no nonce; the content security policy is set per request in middleware.ts. */
const SECURITY_HEADERS = [
  // The signer is a window of its own that answers its opener: `same-origin` would cut that line, anything weaker than this is not needed.
  { key: "Cross-Origin-Opener-Policy", value: "same-origin-allow-popups" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Permissions-Policy", value: "camera=(self), geolocation=(), microphone=(), payment=(), usb=()" },
];

const config: NextConfig = {
  poweredByHeader: false,
  allowedDevOrigins: ["127.0.0.1"],
  reactStrictMode: true,
  devIndicators: false,
  serverExternalPackages: [
    "@grpc/grpc-js",
    "@hyperledger/fabric-gateway",
    "@hyperledger/fabric-protos",
    "@peculiar/x509",
    "@prisma/adapter-pg",
    "@prisma/client",
    "@react-pdf/renderer",
    "google-protobuf",
    "mqtt",
    "nodemailer",
    "pg",
    "pg-boss",
    "pino",
    "prom-client",
    "xml-crypto",
  ],
  // Type checking is a step of its own (`npm run types`), over all rooms at once.
  typescript: { ignoreBuildErrors: true },
  headers: async () => [
    { source: "/:path*", headers: SECURITY_HEADERS },
    // Whoever holds a guest link may read: it must not travel on as a referrer, nor be found.
    {
      source: "/share/:path*",
      headers: [
        { key: "Referrer-Policy", value: "no-referrer" },
        { key: "X-Robots-Tag", value: "noindex, nofollow, noarchive" },
      ],
    },
  ],
};

export default config;
