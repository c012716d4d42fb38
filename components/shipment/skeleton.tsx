import { TripBones } from "@/components/charts/skeleton";
import { Card } from "@/components/ui/card";
import { Bone } from "@/components/ui/skeleton";

/** The shipment page's shape: two halves, the trip. */
export function ShipmentBones() {
  return (
    <>
      <Bone className="h-7 w-3/5" />
      <Bone className="mt-3 h-4 w-2/5" />
      <Card className="mt-6 mb-4 grid desk:mb-6 desk:grid-cols-2">
        {["kept", "trust"].map((half) => (
          <div key={half} className="grid gap-3 p-4 desk:px-6 desk:py-5">
            <Bone className="h-4 w-24" />
            <Bone className="h-7 w-3/4" />
            <Bone className="h-4" />
            <Bone className="h-4 w-2/3" />
          </div>
        ))}
      </Card>
      <Card className="p-4 desk:p-6">
        <Bone className="h-6 w-24" />
        <TripBones lanes={6} />
      </Card>
    </>
  );
}
