"use client";

import dynamic from "next/dynamic";
import type { ComponentProps } from "react";
import { Bone } from "@/components/ui/skeleton";
import { TripBones } from "./skeleton";
import type { TripChart } from "./trip-chart";

/** The drawing's code comes after the page: the verdicts, in words, never wait for it. */
const Chart = dynamic(() => import("./trip-chart").then((it) => it.TripChart), { ssr: false, loading: () => <Waiting /> });

function Waiting() {
  return (
    <div className="px-4 pt-4 pb-5 desk:px-6">
      <div className="flex items-center justify-between">
        <h2>The trip</h2>
        <Bone className="h-8 w-60" />
      </div>
      <Bone className="mt-5 h-11" />
      <TripBones lanes={6} />
    </div>
  );
}

export function LazyTripChart(props: ComponentProps<typeof TripChart>) {
  return <Chart {...props} />;
}
