// SPDX-License-Identifier: MIT
import "@mantine/charts/styles.css";
import { SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { useStore } from "../../store";
import { dashboard } from "./dashboard";
import { figures } from "./figures";
import { FigureChart } from "./FigureChart";

export default function DashboardPage() {
  const { samples } = useStore(dashboard);
  const latest = samples[samples.length - 1];
  if (!latest) return <Skeleton h={480} aria-label="Waiting for the first figures" />;
  return (
    <Stack gap="md" data-samples={samples.length}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {figures.map((figure) => (
          <FigureChart key={figure.name} figure={figure} samples={samples} latest={latest} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
