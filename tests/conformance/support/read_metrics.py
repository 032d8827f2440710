# SPDX-License-Identifier: MIT
# Reads OpenMetrics text from stdin with Prometheus' official parser, which refuses what breaks the format, and prints
# it as JSON: {family: {"type", "unit", "samples": [[name, labels, value]]}}.

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = text_string_to_metric_families(sys.stdin.read())
json.dump(
    {
        family.name: {
            "type": family.type,
            "unit": family.unit,
            "samples": [[sample.name, sample.labels, sample.value] for sample in family.samples],
        }
        for family in families
    },
    sys.stdout,
)
