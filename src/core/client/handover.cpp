// SPDX-License-Identifier: MIT
#include "core/client/handover.hpp"

namespace socketio::core {

bool Handover::reserve_in_buffer(std::size_t bytes, std::size_t kept_bytes) {
  const std::size_t posted = posted_bytes_.fetch_add(bytes);
  if (posted + kept_bytes + bytes <= limits_.buffer_bytes) return true;
  posted_bytes_.fetch_sub(bytes);
  return false;
}

bool Handover::reserve_on_connection(std::size_t bytes) {
  const std::size_t posted = posted_bytes_.fetch_add(bytes);
  const std::size_t waiting = posted + status_->queued_bytes.load(std::memory_order_relaxed);
  if (waiting == 0 || waiting + bytes <= limits_.connection_bytes) return true;
  posted_bytes_.fetch_sub(bytes);
  return false;
}

}  // namespace socketio::core
