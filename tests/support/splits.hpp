// SPDX-License-Identifier: MIT
// The ways in which a stream's bytes may reach a codec: whole, byte by byte, and cut in two at each
// position. for_each_split() runs a check for each of them, so that no codec test depends on how
// the bytes are split. Header-only, single thread.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::support {

using Pieces = std::vector<std::string_view>;

/// Every position inside a stream of up to 1024 bytes. For longer ones, positions near both ends,
/// where the headers are, and some in between.
inline std::vector<std::size_t> cut_positions(std::size_t size) {
  const std::size_t near_ends = size <= 1024 ? size : 40;
  const std::size_t stride = std::max<std::size_t>(1, size / 16);
  std::vector<std::size_t> positions;
  for (std::size_t at = 1; at < size;) {
    positions.push_back(at);
    const bool inside = at >= near_ends && at + near_ends < size;
    at = inside ? std::min(at + stride, size - near_ends) : at + 1;
  }
  return positions;
}

inline Pieces cut_at(std::string_view bytes, std::size_t position) {
  return {bytes.substr(0, position), bytes.substr(position)};
}

inline Pieces cut_in_bytes(std::string_view bytes) {
  Pieces pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i) pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

/// Calls `check(const Pieces&)` for each way to cut; the pieces view `bytes`. A failed check
/// reports its cut.
template <class Check>
void for_each_split(std::string_view bytes, Check check) {
  {
    SCOPED_TRACE("whole");
    check(Pieces{bytes});
  }
  {
    SCOPED_TRACE("byte by byte");
    check(cut_in_bytes(bytes));
  }
  for (const std::size_t position : cut_positions(bytes.size())) {
    SCOPED_TRACE("cut at " + std::to_string(position));
    check(cut_at(bytes, position));
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace socketio::support
