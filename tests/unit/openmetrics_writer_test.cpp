// SPDX-License-Identifier: MIT
// Text in the OpenMetrics format. tests/conformance/metrics.test.mjs gives the text of a real server
// to the official parser.
#include "codec/openmetrics/writer.hpp"

#include <socketio/metrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <numeric>
#include <string>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using openmetrics::float_text;
using openmetrics::Writer;
using testing::HasSubstr;

TEST(OpenMetricsWriter, AnEmptyTextHasOnlyItsEnd) { EXPECT_EQ(Writer().finish(), "# EOF\n"); }

TEST(OpenMetricsWriter, AFamilyIsItsMetadataAndItsSamples) {
  Writer writer;
  writer.family({"a_bytes", "counter", "bytes", "What it is."});
  writer.sample("_total", {}, std::uint64_t{7});
  writer.sample("_total", {{"x", "1"}, {"y", "2"}}, std::numeric_limits<std::uint64_t>::max());
  writer.family({"b", "gauge", {}, "Another."});
  writer.sample({}, {}, 0.25);
  EXPECT_EQ(writer.finish(),
            "# TYPE a_bytes counter\n"
            "# UNIT a_bytes bytes\n"
            "# HELP a_bytes What it is.\n"
            "a_bytes_total 7\n"
            "a_bytes_total{x=\"1\",y=\"2\"} 18446744073709551615\n"
            "# TYPE b gauge\n"
            "# HELP b Another.\n"
            "b 0.25\n"
            "# EOF\n");
}

TEST(OpenMetricsWriter, LabelsAndHelpCannotEndTheirLines) {
  Writer writer;
  writer.family({"a", "gauge", {}, "one\ntwo \"three\" \\"});
  writer.sample({}, {{"name", "/a\"b\\c\nd"}}, std::uint64_t{1});
  writer.sample({}, {{"name", "/\xff"}}, std::uint64_t{1});
  const std::string text = writer.finish();
  EXPECT_THAT(text, HasSubstr("# HELP a one\\ntwo \\\"three\\\" \\\\\n"));
  EXPECT_THAT(text, HasSubstr("a{name=\"/a\\\"b\\\\c\\nd\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("a{name=\"/\xef\xbf\xbd\"} 1\n"));
}

TEST(OpenMetricsWriter, FloatsAreWrittenAsSuch) {
  EXPECT_EQ(float_text(0), "0.0");
  EXPECT_EQ(float_text(10), "10.0");
  EXPECT_EQ(float_text(0.001), "0.001");
  EXPECT_EQ(float_text(0.0025), "0.0025");
  EXPECT_EQ(float_text(1e300), "1e+300");
  EXPECT_EQ(float_text(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(DurationHistogram, ABoundBelongsToItsBucket) {
  DurationHistogram histogram;
  histogram.add(0s);
  histogram.add(1ms);
  histogram.add(1'001us);
  histogram.add(10s);
  histogram.add(11s);
  EXPECT_EQ(histogram.counts.front(), 2U);
  EXPECT_EQ(histogram.counts[1], 1U);
  EXPECT_EQ(histogram.counts[histogram.bounds.size() - 1], 1U);
  EXPECT_EQ(histogram.counts.back(), 1U);
  EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0U), 5U);
  EXPECT_NEAR(histogram.sum_seconds, 21.002001, 1e-9);
}

TEST(MetricsText, BucketsOfAHistogramContainThoseBefore) {
  Metrics metrics;
  metrics.ack_latency.add(2ms);
  metrics.ack_latency.add(400ms);
  metrics.ack_latency.add(1min);
  EXPECT_THAT(
      to_openmetrics(metrics),
      HasSubstr("# TYPE socketio_ack_latency_seconds histogram\n"
                "# UNIT socketio_ack_latency_seconds seconds\n"
                "# HELP socketio_ack_latency_seconds Time from an emit that asks to its answer.\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.001\"} 0\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.0025\"} 1\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.005\"} 1\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.01\"} 1\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.025\"} 1\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.05\"} 1\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.1\"} 1\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.25\"} 1\n"
                "socketio_ack_latency_seconds_bucket{le=\"0.5\"} 2\n"
                "socketio_ack_latency_seconds_bucket{le=\"1.0\"} 2\n"
                "socketio_ack_latency_seconds_bucket{le=\"2.5\"} 2\n"
                "socketio_ack_latency_seconds_bucket{le=\"5.0\"} 2\n"
                "socketio_ack_latency_seconds_bucket{le=\"10.0\"} 2\n"
                "socketio_ack_latency_seconds_bucket{le=\"+Inf\"} 3\n"
                "socketio_ack_latency_seconds_count 3\n"
                "socketio_ack_latency_seconds_sum 60.402\n"));
}

TEST(MetricsText, NumbersHaveTheirLabels) {
  Metrics metrics;
  metrics.sessions = {{"polling", 1}, {"websocket", 2}};
  metrics.sessions_closed = {{"ping timeout", 3}};
  metrics.requests_refused = {{"Bad request", 4}};
  metrics.bad_packets = {{"engine.io", 5}};
  metrics.namespaces["/"].events_received = 6;
  metrics.namespaces["other"].sockets = 7;
  metrics.sent_bytes = 8;
  const std::string text = to_openmetrics(metrics);
  for (const std::string& line :
       {"socketio_sessions{transport=\"polling\"} 1"s,
        "socketio_sessions{transport=\"websocket\"} 2"s,
        "socketio_sessions_closed_total{reason=\"ping timeout\"} 3"s,
        "socketio_requests_refused_total{reason=\"Bad request\"} 4"s,
        "socketio_bad_packets_total{protocol=\"engine.io\"} 5"s,
        "socketio_events_received_total{namespace=\"/\"} 6"s,
        "socketio_sockets{namespace=\"other\"} 7"s, "socketio_sent_bytes_total 8"s}) {
    EXPECT_THAT(text, HasSubstr("\n" + line + "\n"));
  }
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

}  // namespace
}  // namespace socketio
