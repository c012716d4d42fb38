export function buildServices(): Promise<void>;
export function buildWeb(): void;
export function generateClient(): void;
