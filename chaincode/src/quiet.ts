// Imported before fabric-shim, whose loggers read this once: it would print every refusal as an error, and refusals travel to their
// caller by code. Set the variable to see its own log.
process.env.CORE_CHAINCODE_LOGGING_LEVEL ??= "CRITICAL";
