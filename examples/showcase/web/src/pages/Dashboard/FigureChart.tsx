// SPDX-License-Identifier: MIT
// One figure: its value now, and the last five minutes as a chart, which words describe for whoever
// does not see it.
import { AreaChart } from "@mantine/charts";
import { Group, Paper, Text, Title, VisuallyHidden } from "@mantine/core";
import { SHOWN, type Sample } from "./dashboard";
import type { Figure } from "./figures";

const MINUTE = 60_000;

function summary(samples: Sample[], { key, format }: Figure): string {
  const values = samples.map((sample) => sample[key]);
  const least = format(Math.min(...values));
  const most = format(Math.max(...values));
  return `In the last ${samples.length} seconds between ${least} and ${most}.`;
}

interface Properties {
  figure: Figure;
  samples: Sample[];
  latest: Sample;
}

export function FigureChart({ figure, samples, latest }: Properties) {
  const { name, key, color, format } = figure;
  const now = latest.timestamp;
  const minutesAgo = (time: number) => {
    const minutes = Math.round((now - time) / MINUTE);
    return minutes === 0 ? "now" : `−${minutes} min`;
  };
  return (
    <Paper component="figure" withBorder p="md" m={0} aria-label={name} data-figure={key}>
      <Group component="figcaption" justify="space-between" mb="sm">
        <Title order={2} size="sm">
          {name}
        </Title>
        <Text fw={650} data-value>
          {format(latest[key])}
        </Text>
        <VisuallyHidden>{summary(samples, figure)}</VisuallyHidden>
      </Group>
      <div aria-hidden>
        <AreaChart
          h={140}
          data={samples}
          dataKey="timestamp"
          series={[{ name: key, label: name, color }]}
          curveType="linear"
          withDots={false}
          gridAxis="x"
          tickLine="none"
          valueFormatter={format}
          areaProps={{ isAnimationActive: false }}
          areaChartProps={{ accessibilityLayer: false }}
          yAxisProps={{ width: 64, domain: [0, "auto"] }}
          xAxisProps={{
            type: "number",
            domain: [now - SHOWN, now],
            ticks: [5, 4, 3, 2, 1, 0].map((minutes) => now - minutes * MINUTE),
            tickFormatter: minutesAgo,
          }}
          tooltipProps={{ labelFormatter: (time) => new Date(Number(time)).toLocaleTimeString() }}
        />
      </div>
    </Paper>
  );
}
