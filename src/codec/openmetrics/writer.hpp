// SPDX-License-Identifier: MIT
// Writer: text of the OpenMetrics format (version 1.0.0), in which Prometheus reads metrics. The caller
// sees to what the format asks of a whole: names that differ, and samples of a family together.
//
// Life cycle: made -> for each family family(), then its samples -> finish(). One thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::openmetrics {

struct Label {
  std::string_view name;
  std::string_view value;
};
using Labels = std::initializer_list<Label>;

/// What begins a family. If it has a unit, its name ends with that.
struct Family {
  std::string_view name;
  std::string_view type;  // "counter", "gauge" or "histogram"
  std::string_view unit;  // or empty
  std::string_view help;
};

class Writer {
 public:
  void family(const Family& family);
  /// `suffix` belongs to the family's type: "_total" for a counter, none for a gauge. Bytes in a label
  /// that are no UTF-8 are replaced.
  void sample(std::string_view suffix, Labels labels, std::uint64_t value);
  void sample(std::string_view suffix, Labels labels, double value);
  /// The text, with its last line.
  std::string finish();

 private:
  void begin_sample(std::string_view suffix, Labels labels);

  std::string text_;
  std::string name_;
};

/// As the format wants it: with a point or an exponent.
std::string float_text(double value);

}  // namespace socketio::openmetrics
