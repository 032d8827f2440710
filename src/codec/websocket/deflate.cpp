// SPDX-License-Identifier: MIT
#include "codec/websocket/deflate.hpp"

#include <zlib.h>

#include <array>
#include <cassert>
#include <limits>
#include <new>

namespace socketio::websocket {
namespace {

// The end of a flush, which is not sent (section 7.2.1).
constexpr std::string_view flush_tail("\x00\x00\xff\xff", 4);
// An empty message (section 7.2.3.6).
constexpr char empty_message = '\x00';
constexpr std::size_t piece_bytes = 16 * 1024;
// The default of zlib.
constexpr int memory_level = 8;

void set_input(z_stream& stream, std::string_view bytes) {
  assert(bytes.size() <= std::numeric_limits<uInt>::max());
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
}

/// Opening fails only for lack of memory: the arguments are ours, and correct.
void require_opened(int status) {
  if (status != Z_OK) throw std::bad_alloc();
}

DeflateStream open_deflate(std::uint8_t window_bits) {
  auto stream = std::make_unique<z_stream>();
  // zlib cannot compress with a window of 256 bytes (see the manual of deflateInit2). If it is
  // limited to runs, its window of 512 bytes is enough: it looks back one byte.
  const bool too_small = window_bits == min_window_bits;
  const int bits = too_small ? min_window_bits + 1 : window_bits;
  require_opened(deflateInit2(stream.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, memory_level,
                              too_small ? Z_RLE : Z_DEFAULT_STRATEGY));
  return DeflateStream(stream.release());
}

// Without contexts, all deflaters of a thread use the same streams, one for each size of a window.
// When a program ends, those of the main thread are destroyed before static objects are, and those
// may still send.
thread_local bool are_shared_gone = false;
struct SharedStreams {
  ~SharedStreams() { are_shared_gone = true; }
  std::array<DeflateStream, max_window_bits + 1> of_bits;
};
thread_local SharedStreams shared_streams;

}  // namespace

DeflateTerms terms_of(const DeflateParameters& agreed, Role role, std::size_t threshold_bytes) {
  if (role == Role::server) {
    return {threshold_bytes, agreed.server_max_window_bits, !agreed.server_no_context_takeover};
  }
  return {threshold_bytes, agreed.client_max_window_bits, !agreed.client_no_context_takeover,
          std::numeric_limits<std::size_t>::max()};
}

void CloseDeflate::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

z_stream_s& Deflater::stream() {
  const bool is_own = keeps_context_ || are_shared_gone;
  DeflateStream& stream = is_own ? stream_ : shared_streams.of_bits[window_bits_];
  if (!stream) {
    stream = open_deflate(window_bits_);
  } else if (!keeps_context_) {
    // What has thrown may have left a message unfinished.
    deflateReset(stream.get());
  }
  return *stream;
}

void Deflater::append_message(std::string& out, std::string_view message) {
  if (message.empty()) {
    out += empty_message;
    return;
  }
  z_stream_s& to = stream();
  set_input(to, message);
  std::array<char, piece_bytes> piece;
  do {
    to.next_out = reinterpret_cast<Bytef*>(piece.data());
    to.avail_out = piece.size();
    deflate(&to, Z_SYNC_FLUSH);
    out.append(piece.data(), piece.size() - to.avail_out);
  } while (to.avail_out == 0);
  assert(out.ends_with(flush_tail));
  out.resize(out.size() - flush_tail.size());
}

Inflater::Inflater(const DeflateParameters& agreed, Role role)
    : window_bits_(role == Role::server ? agreed.client_max_window_bits
                                        : agreed.server_max_window_bits),
      keeps_context_(!(role == Role::server ? agreed.client_no_context_takeover
                                            : agreed.server_no_context_takeover)) {}

void Inflater::Close::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

void Inflater::open() {
  auto stream = std::make_unique<z_stream>();
  require_opened(inflateInit2(stream.get(), -window_bits_));
  stream_.reset(stream.release());
}

void Inflater::feed(std::string_view compressed) {
  if (compressed.empty() || phase_ == Phase::failed) return;
  if (!stream_) open();
  assert(ended_ || stream_->avail_in == 0);
  phase_ = Phase::some;
  set_input(*stream_, compressed);
}

void Inflater::finish() {
  // Section 7.2.3.6 requires one byte for an empty message. No byte at all means the same, and
  // ws accepts it.
  if (phase_ != Phase::some) return;
  phase_ = Phase::tail;
  set_input(*stream_, flush_tail);
}

Result<std::size_t, Errc> Inflater::read(std::span<char> out) {
  if (phase_ == Phase::failed) return Errc::invalid_deflate;
  if (phase_ == Phase::nothing) return std::size_t{0};
  std::size_t size = 0;
  if (!ended_) {
    stream_->next_out = reinterpret_cast<Bytef*>(out.data());
    stream_->avail_out = static_cast<uInt>(out.size());
    const int status = inflate(stream_.get(), Z_SYNC_FLUSH);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    size = out.size() - stream_->avail_out;
    ended_ = status == Z_STREAM_END;
    // Raw streams have no preset dictionary, so every other status means invalid data. It is
    // reported after the output that preceded it.
    const bool valid = status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
    if (!valid && size == 0) {
      phase_ = Phase::failed;
      return Errc::invalid_deflate;
    }
  }
  if (size == 0 && phase_ == Phase::tail) {
    if (const auto error = end_message()) return *error;
  }
  return size;
}

std::optional<Errc> Inflater::end_message() {
  // zlib sets this flag when the next bits to read follow the end of a block.
  constexpr int between_blocks = 128;
  if (!ended_ && (stream_->data_type & between_blocks) == 0) {
    phase_ = Phase::failed;
    return Errc::invalid_deflate;
  }
  phase_ = Phase::nothing;
  set_input(*stream_, {});
  if (!keeps_context_) {
    stream_.reset();
  } else if (ended_) {
    inflateReset(stream_.get());
  }
  ended_ = false;
  return std::nullopt;
}

}  // namespace socketio::websocket
