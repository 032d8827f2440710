// SPDX-License-Identifier: MIT
// One figure: its value now, and the last five minutes as a chart, which words describe for whoever
// does not see it.
import { AreaChart } from "@mantine/charts";
import { ColorSwatch, Group, Paper, Text, Title, VisuallyHidden } from "@mantine/core";
import { SHOWN, type Sample } from "./dashboard";
import type { Figure, Series } from "./figures";

const MINUTE = 60_000;

function minutesAgo(minutes: number): string {
  return minutes === 0 ? "now" : `−${minutes} min`;
}

interface Properties {
  figure: Figure;
  samples: Sample[];
  latest: Sample;
}

function summary({ key, unit }: Series, { format }: Figure, samples: Sample[]): string {
  const values = samples.map((sample) => sample[key]);
  const range = `between ${format(Math.min(...values))} and ${format(Math.max(...values))}`;
  return `In the last ${samples.length} seconds ${range} ${unit}.`;
}

function Values({ figure, samples, latest }: Properties) {
  const { series, format } = figure;
  return (
    <Group gap="sm">
      {series.map((one) => (
        <Group key={one.key} gap={6}>
          {one.unit && (
            <ColorSwatch size={10} color={`var(--mantine-color-${one.color.replace(".", "-")})`} aria-hidden />
          )}
          <Text fw={650} data-value={one.key}>
            {format(latest[one.key])}
          </Text>
          <Text size="sm">{one.unit}</Text>
          <VisuallyHidden>{summary(one, figure, samples)}</VisuallyHidden>
        </Group>
      ))}
    </Group>
  );
}

export function FigureChart({ figure, samples, latest }: Properties) {
  const { name, series, format } = figure;
  const now = latest.timestamp;
  return (
    <Paper component="figure" withBorder p="md" m={0} aria-label={name}>
      <Group component="figcaption" justify="space-between" mb="sm" gap="xs">
        <Title order={2} size="sm">
          {name}
        </Title>
        <Values figure={figure} samples={samples} latest={latest} />
      </Group>
      <div aria-hidden>
        <AreaChart
          h={140}
          data={samples}
          dataKey="timestamp"
          series={series.map(({ key, unit, color }) => ({ name: key, label: unit || name, color }))}
          curveType="linear"
          withDots={false}
          gridAxis="x"
          tickLine="none"
          valueFormatter={format}
          areaProps={{ isAnimationActive: false }}
          areaChartProps={{ accessibilityLayer: false }}
          yAxisProps={{ width: 64, domain: [0, "auto"], tickCount: 3, allowDecimals: false }}
          xAxisProps={{
            type: "number",
            domain: [now - SHOWN, now],
            ticks: [4, 2, 0].map((minutes) => now - minutes * MINUTE),
            tickFormatter: (time: number) => minutesAgo(Math.round((now - time) / MINUTE)),
          }}
          tooltipProps={{ labelFormatter: (time) => new Date(Number(time)).toLocaleTimeString() }}
        />
      </div>
    </Paper>
  );
}
