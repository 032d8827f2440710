// SPDX-License-Identifier: MIT
// What anybody may publish on the channels of the adapters for Redis: it is an error, or a message
// that is written and read again as the same. The first byte selects the channel: three of the
// classic adapter, one of the others, and the types of entries in a stream.
#include "cluster/cluster_format.hpp"
#include "redis/classic_format.hpp"
#include "support/described_message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace socketio;
using cluster::ClusterFormat;
using cluster::FormatErrc;
using support::described;

constexpr cluster::FormatLimits limits{
    .message_bytes = 10'000, .depth = 20, .values = 2'000, .attachments = 5};

void require(bool condition) {
  if (!condition) std::abort();
}

/// What looks like a placeholder beside binary data is taken for one, as in packets; such a message
/// cannot be written again.
template <class E>
bool has_odd_placeholder(const E& encoded) {
  return !encoded && encoded.error() == FormatErrc::syntax;
}

template <class Format, class Encode, class Decode>
void check_again(const cluster::Message& message, Format& format, Encode encode, Decode decode) {
  const auto encoded = encode(format, message);
  if (has_odd_placeholder(encoded)) return;
  require(encoded.has_value());
  const auto again = decode(format, *encoded);
  require(again.has_value());
  require(described(*again) == described(message));
}

void run_classic(std::uint8_t channel, std::string_view bytes) {
  static redis::ClassicFormat format(limits);
  // What we send may be larger: a number beyond double has a longer text, and so on.
  static redis::ClassicFormat roomy;
  const auto encode = [](auto& with, const auto& message) { return with.encode(message); };
  if (channel == 0) {
    const auto message = format.decode_broadcast(bytes);
    if (!message) return;
    check_again(*message, roomy, encode,
                [](auto& with, const auto& text) { return with.decode_broadcast(text); });
  } else if (channel == 1) {
    const auto request = format.decode_request(bytes, "/");
    if (!request) return;
    check_again(request->message, roomy, encode, [](auto& with, const auto& text) {
      auto again = with.decode_request(text, "/");
      return again ? Result<cluster::Message, FormatErrc>(std::move(again->message))
                   : Result<cluster::Message, FormatErrc>(again.error());
    });
  } else {
    const auto response = format.decode_response(bytes, "/");
    if (!response) return;
    check_again(*response, roomy, encode,
                [](auto& with, const auto& text) { return with.decode_response(text, "/"); });
  }
}

void run_cluster(std::uint8_t channel, std::string_view bytes) {
  static ClusterFormat format(limits);
  static ClusterFormat roomy;
  if (channel == 3) {
    const auto message = format.decode(bytes);
    if (!message) return;
    for (const auto encoding :
         {ClusterFormat::Encoding::json_if_text, ClusterFormat::Encoding::msgpack}) {
      check_again(
          *message, roomy,
          [&](auto& with, const auto& value) { return with.encode(value, encoding); },
          [](auto& with, const auto& text) { return with.decode(text); });
    }
    return;
  }
  const auto message =
      format.decode_entry({"a", "/", std::to_string(channel - 4), std::string(bytes)});
  if (!message) return;
  check_again(
      *message, roomy, [](auto& with, const auto& value) { return with.encode_entry(value); },
      [](auto& with, const auto& entry) { return with.decode_entry(entry); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t channel = data[0] % 18;
  // A copy of exactly the message's size, so that a sanitizer notices reads after its end.
  const std::vector<char> bytes(data + 1, data + size);
  const std::string_view text(bytes.data(), bytes.size());
  channel < 3 ? run_classic(channel, text) : run_cluster(channel, text);
  return 0;
}
