// SPDX-License-Identifier: MIT
import "@mantine/charts/styles.css";
import { SimpleGrid, Skeleton } from "@mantine/core";
import { useStore } from "../../store";
import { dashboard } from "./dashboard";
import { figures } from "./figures";
import { FigureChart } from "./FigureChart";

export default function DashboardPage() {
  const { samples } = useStore(dashboard);
  const latest = samples[samples.length - 1];
  if (!latest) return <Skeleton h={480} aria-label="Waiting for the first figures" />;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} data-samples={samples.length}>
      {figures.map((figure) => (
        <FigureChart key={figure.name} figure={figure} samples={samples} latest={latest} />
      ))}
    </SimpleGrid>
  );
}
