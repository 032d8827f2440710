// SPDX-License-Identifier: MIT
#include "net/tls_stream.hpp"

#include "base/log.hpp"
#include "base/loop.hpp"
#include "net/settled_attempt.hpp"
#include "net/tls_error.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <utility>
#include <vector>

namespace socketio::net {

namespace {

// The record types that may come first (RFC 8446 section 5.1).
constexpr char alert_record = 21;
constexpr char handshake_record = 22;

}  // namespace

/// The functions that OpenSSL calls to read and to write.
struct TlsStream::Bio {
  static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* out, int room) {
    std::string_view& incoming = stream_of(bio).incoming_;
    BIO_clear_retry_flags(bio);
    const std::size_t size = std::min(incoming.size(), static_cast<std::size_t>(room));
    if (size == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    std::memcpy(out, incoming.data(), size);
    incoming.remove_prefix(size);
    return static_cast<int>(size);
  }

  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    // Nothing may be thrown through OpenSSL.
    try {
      stream_of(bio).below_->write({bytes, static_cast<std::size_t>(size)});
    } catch (...) {
      stream_of(bio).loop_.report_exception();
      return -1;
    }
    return size;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* const method =
          BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socketio stream");
      if (!method) throw std::bad_alloc();
      BIO_meth_set_read(method, read);
      BIO_meth_set_write(method, write);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    return made;
  }
};

void FreeTls::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsStream::TlsStream(std::shared_ptr<Stream> below, std::shared_ptr<TlsContext> context,
                     OwnedTls ssl, Connector::Done done)
    : Stream(below->loop()),
      below_(std::move(below)),
      context_(std::move(context)),
      ssl_(std::move(ssl)),
      done_(std::move(done)) {
  BIO* const bio = BIO_new(Bio::method());
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  below_->set_carried(this);
}

TlsStream::~TlsStream() {
  below_->set_carried(nullptr);
  if (!has_shut_) below_->close();
}

std::shared_ptr<TlsStream> TlsStream::make(std::shared_ptr<Stream> below,
                                           std::shared_ptr<TlsContext> context, OwnedTls ssl,
                                           Connector::Done done) {
  std::shared_ptr<TlsStream> stream(
      new TlsStream(std::move(below), std::move(context), std::move(ssl), std::move(done)));
  stream->below_->set_handler(std::shared_ptr<StreamHandler>(stream, stream.get()));
  return stream;
}

std::shared_ptr<TlsStream> TlsStream::begin(std::shared_ptr<Stream> below,
                                            std::shared_ptr<TlsContext> context, ssl_st* ssl,
                                            Connector::Done done) {
  const auto stream = make(std::move(below), std::move(context), OwnedTls(ssl), std::move(done));
  stream->loop_.defer([weak = std::weak_ptr(stream)] {
    if (const auto self = weak.lock()) contain(*self, [&] { self->shake_hands(); });
  });
  return stream;
}

std::shared_ptr<TlsStream> TlsStream::accept(std::shared_ptr<Stream> below,
                                             std::shared_ptr<TlsContext> context) {
  OwnedTls ssl(context->make_server());
  if (!ssl) throw std::bad_alloc();
  const auto stream = make(std::move(below), std::move(context), std::move(ssl),
                           [](const std::shared_ptr<Stream>&, const ConnectFailure&) {});
  stream->shakes_in_turn_ = true;
  return stream;
}

DetachedTls TlsStream::detach(TcpStream& below) {
  const auto self = shared_from_this();
  DetachedTls detached;
  queue_.for_each([&](std::string_view piece) {
    detached.unsent.append(piece);
    return true;
  });
  below_->set_carried(nullptr);
  detached.tcp = below.detach();
  // From here on nothing throws.
  state_ = State::closed;
  has_shut_ = true;
  queue_.clear();
  stop_waiting();
  handler_ = nullptr;
  detached.kept = std::move(kept_);
  detached.certificates = context_->certificates();
  detached.ssl = std::move(ssl_);
  return detached;
}

std::shared_ptr<TlsStream> TlsStream::attach(std::shared_ptr<Stream> below,
                                             std::shared_ptr<TlsContext> context,
                                             DetachedTls detached) {
  auto stream =
      make(std::move(below), std::move(context), std::move(detached.ssl), Connector::Done());
  stream->has_heard_ = true;
  stream->kept_ = std::move(detached.kept);
  if (!detached.unsent.empty()) stream->write(detached.unsent);
  // OpenSSL may have more than it has been asked for.
  stream->paused_ = true;
  stream->resume_reading();
  return stream;
}

void TlsStream::give_up() {
  if (!in_handshake()) return;
  const auto self = shared_from_this();
  done_ = nullptr;
  state_ = State::closed;
  has_shut_ = true;
  below_->set_handler(nullptr);
  below_->close();
}

void TlsStream::shake_hands() {
  if (!in_handshake()) return;
  const auto self = std::static_pointer_cast<TlsStream>(shared_from_this());
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    if (const auto ended = end_of(result)) end(*ended);
    return;
  }
  if (!context_->allows_key_of(ssl_.get())) {
    const std::error_code mismatch = TlsErrc::pin_mismatch;
    return end({mismatch, mismatch.message()});
  }
  const auto done = std::exchange(done_, nullptr);
  done(self, {});
  // Of what was written before, only flush() can send anything.
  if (!queue_.empty()) flush();
}

void TlsStream::on_bytes(std::span<char> bytes) {
  const auto self = shared_from_this();
  if (state_ != State::open || bytes.empty()) return;
  if (!std::exchange(has_heard_, true) && bytes.front() != handshake_record &&
      bytes.front() != alert_record) {
    const std::error_code not_tls = TlsErrc::not_tls;
    return end({not_tls, not_tls.message()});
  }
  const std::string_view more(bytes.data(), bytes.size());
  in_handshake() && shakes_in_turn_ ? await_turn(more) : take_in(more);
}

void TlsStream::await_turn(std::string_view bytes) {
  kept_.append(bytes);
  if (awaits_turn_) return;
  context_->handshakes().add(loop_, [weak = weak_from_this()] {
    const auto self = std::static_pointer_cast<TlsStream>(weak.lock());
    if (self) contain(*self, [&] { self->on_turn(); });
  });
  awaits_turn_ = true;
  below_->pause_reading();
}

void TlsStream::on_turn() {
  awaits_turn_ = false;
  if (state_ != State::open) return;
  below_->resume_reading();
  take_in({});
}

void TlsStream::take_in(std::string_view more) {
  if (kept_.empty()) {
    incoming_ = more;
  } else {
    kept_.append(more);
    incoming_ = kept_;
  }
  shake_hands();
  if (!in_handshake()) deliver();
  std::string rest(incoming_);
  kept_.swap(rest);
  incoming_ = {};
  if (state_ == State::open && below_->queued_bytes() > flood_limit_bytes) {
    const std::error_code flooding = TlsErrc::flooding;
    end({flooding, flooding.message()});
  }
}

void TlsStream::deliver() {
  std::vector<char> buffer = context_->take_buffer();
  const auto room = std::span(buffer).first(TlsContext::plain_buffer_bytes);
  bool is_more = true;
  while (is_more && state_ == State::open && !paused_) {
    std::size_t size = 0;
    const std::optional<End> ended = decrypt(room, size);
    const auto handler = handler_;
    if (size != 0 && handler) handler->on_bytes(room.first(size));
    if (ended && state_ == State::open) end(*ended);
    is_more = size == room.size();
  }
  context_->give_back(std::move(buffer));
}

std::optional<TlsStream::End> TlsStream::decrypt(std::span<char> room, std::size_t& size) {
  ERR_clear_error();
  while (size < room.size()) {
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data() + size, room.size() - size, &count);
    if (result != 1) return end_of(result);
    size += count;
  }
  return std::nullopt;
}

std::optional<TlsStream::End> TlsStream::encrypt() {
  ERR_clear_error();
  while (!queue_.empty() &&
         (state_ == State::closing_after_flush || below_->queued_bytes() < below_limit_bytes)) {
    std::string_view piece;
    queue_.for_each([&](std::string_view front) {
      piece = front;
      return false;
    });
    std::size_t written = 0;
    if (!piece.empty()) {
      const int result = SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &written);
      if (result != 1) return end_of(result);
    }
    consume(written);
  }
  return std::nullopt;
}

void TlsStream::flush() {
  const auto self = shared_from_this();
  if (state_ == State::closed || close_notify_sent_) return;
  if (in_handshake()) {
    if (state_ == State::closing_after_flush) end({});
    return;
  }
  if (const auto ended = encrypt()) return end(*ended);
  if (state_ == State::closing_after_flush) return send_close_notify();
  refused_bytes_ = queue_.size();
  below_bytes_ = static_cast<std::uint32_t>(
      std::min<std::size_t>(below_->queued_bytes(), std::numeric_limits<std::uint32_t>::max()));
  if (below_bytes_ != 0) {
    below_->want_drain();
  } else {
    notify_drained();
  }
}

void TlsStream::send_close_notify() {
  close_notify_sent_ = true;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  below_->set_carried(nullptr);
  closes_soon_ ? below_->close_soon() : below_->close_after_flush();
}

void TlsStream::on_drain() {
  below_bytes_ = 0;
  flush();
}

void TlsStream::on_close() {
  contain(*this, [this] { on_end_below(); });
}

void TlsStream::on_end_below() {
  if (state_ == State::closed) return;
  const std::error_code cause = below_->error();
  if (cause) return end({cause, "TLS handshake failed: " + cause.message()});
  if (close_notify_sent_) return end({});
  const std::error_code cut = in_handshake() ? TlsErrc::handshake_end : TlsErrc::truncated;
  end({cut, cut.message()});
}

std::optional<TlsStream::End> TlsStream::end_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return std::nullopt;
    case SSL_ERROR_ZERO_RETURN: {
      if (!in_handshake()) return End{};
      const std::error_code code = TlsErrc::handshake_end;
      return End{code, code.message()};
    }
    default:
      break;
  }
  End ended;
  ended.code = take_openssl_error(ended.words, ssl_.get());
  if (ended.code == TlsErrc::failed) ended.words.insert(0, "TLS handshake failed: ");
  return ended;
}

void TlsStream::end(const End& end) {
  error_ = end.code;
  if (end.code) log_line(LogScope::net, LogLevel::info, {"TLS connection ended: ", end.words});
  const auto done = std::exchange(done_, nullptr);
  finish();
  if (done) done(nullptr, {end.code, end.words});
}

void TlsStream::pause_reading() {
  paused_ = true;
  below_->pause_reading();
}

void TlsStream::resume_reading() {
  if (!std::exchange(paused_, false) || state_ == State::closed) return;
  below_->resume_reading();
  // What arrived before the pause took effect has been read already, and comes first.
  loop_.defer([weak = weak_from_this()] {
    const auto self = std::static_pointer_cast<TlsStream>(weak.lock());
    if (self && self->state_ == State::open) contain(*self, [&] { self->take_in({}); });
  });
}

void TlsStream::shut() {
  if (std::exchange(has_shut_, true)) return;
  below_bytes_ = 0;
  incoming_ = {};
  kept_.clear();
  below_->set_handler(nullptr);
  below_->set_carried(nullptr);
  if (!below_->is_open()) return;
  // OpenSSL may have written an alert.
  if (error_) return below_->close_after_flush();
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  below_->flush();
  below_->close();
}

namespace {

class TlsAttempt final : public Connector::Attempt {
 public:
  explicit TlsAttempt(std::shared_ptr<TlsStream> stream) : stream_(std::move(stream)) {}
  ~TlsAttempt() override { stream_->give_up(); }

 private:
  std::shared_ptr<TlsStream> stream_;
};

}  // namespace

std::unique_ptr<Connector::Attempt> start_tls(std::shared_ptr<Stream> below,
                                              std::shared_ptr<TlsContext> context,
                                              const Endpoint& endpoint, Connector::Done done) {
  const std::string host = " (host " + context->name_for(endpoint.host) + ')';
  ssl_st* const ssl = context->make_client(endpoint.host);
  if (!ssl) {
    below->close();
    return fail_later(below->loop(), {TlsErrc::bad_settings, "TLS cannot ask for that name" + host},
                      std::move(done));
  }
  auto told = [done = std::move(done), host](std::shared_ptr<Stream> stream,
                                             const ConnectFailure& failure) {
    if (stream) return done(std::move(stream), failure);
    done(nullptr, {failure.code, failure.message + host});
  };
  return std::make_unique<TlsAttempt>(
      TlsStream::begin(std::move(below), std::move(context), ssl, std::move(told)));
}

}  // namespace socketio::net
