import type { ShipmentHead } from "@/lib/store/shipment-detail";

/** "Influenza vaccine, Basel to Lisbon": goods and route, the route once. */
export function fullTitle({ title, origin, destination }: Pick<ShipmentHead, "title" | "origin" | "destination">): string {
  const told = title.toLowerCase();
  return told.includes(origin.toLowerCase()) && told.includes(destination.toLowerCase()) ? title : `${title}, ${origin} to ${destination}`;
}
