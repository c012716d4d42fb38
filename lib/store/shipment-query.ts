/** What a list of shipments can be asked: shared by the address bar and the query, so it stands apart from the database. */
export const SHIPMENT_STATES = ["all", "open", "arrived", "decided", "violated"] as const;
export type ShipmentState = (typeof SHIPMENT_STATES)[number];

export const SHIPMENT_SORTS = ["newest", "latest", "place", "title"] as const;
export type ShipmentSort = (typeof SHIPMENT_SORTS)[number];

export interface ShipmentQuery {
  readonly search: string;
  readonly state: ShipmentState;
  readonly sort: ShipmentSort;
  /** Where the page before ended (`ShipmentPage.next`), or null for the first. */
  readonly after: string | null;
  readonly limit: number;
}
