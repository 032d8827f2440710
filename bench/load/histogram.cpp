// SPDX-License-Identifier: MIT
#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace load {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < sub_buckets) return value;
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - sub_bits - 1;
  // The highest bit of value >> shift is sub_bits, so it is in [sub_buckets, 2 * sub_buckets).
  return (shift + 1) * sub_buckets + ((value >> shift) - sub_buckets);
}

std::uint64_t Histogram::middle_of(std::size_t bucket) {
  if (bucket < sub_buckets) return bucket;
  const std::size_t shift = bucket / sub_buckets - 1;
  const std::uint64_t low = (sub_buckets + bucket % sub_buckets) << shift;
  return low + ((std::uint64_t{1} << shift) >> 1);
}

void Histogram::record(std::uint64_t nanoseconds, std::uint64_t count) {
  buckets_[bucket_of(nanoseconds)] += count;
  count_ += count;
  max_ = std::max(max_, nanoseconds);
}

void Histogram::clear() {
  buckets_.fill(0);
  count_ = 0;
  max_ = 0;
}

std::uint64_t Histogram::percentile(double percent) const {
  if (count_ == 0) return 0;
  const auto rank = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(middle_of(i), max_);
  }
  return max_;
}

std::uint64_t Histogram::count_below(std::uint64_t nanoseconds) const {
  const auto end = buckets_.begin() + static_cast<std::ptrdiff_t>(bucket_of(nanoseconds));
  return std::accumulate(buckets_.begin(), end, std::uint64_t{0});
}

}  // namespace load
