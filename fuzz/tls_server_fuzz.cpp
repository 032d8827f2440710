// SPDX-License-Identifier: MIT
// A server's TLS with a client that sends anything: the stream ends at most once, passes on nothing
// that was not encrypted, and leaves nothing behind. Input: a byte of choices, then what the client
// sends, before a handshake or after a proper one.
#include "net/tls_stream.hpp"
#include "support/certificates.hpp"
#include "support/pipe.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

using namespace socketio;
using namespace socketio::support;
using net::TlsContext;

enum Choice : std::uint8_t {
  after_handshake = 1,
  reads_nothing = 2,
  in_small_pieces = 4,
  server_writes = 8,
};

void require(bool holds) {
  if (!holds) std::abort();
}

std::shared_ptr<TlsContext> server_context() {
  static const Identity identity = Authority::self_signed({});
  ConnectFailure failure;
  return TlsContext::for_server(
      net::TlsCertificates::load({.certificates = {{.certificate_pem = identity.certificate_pem(),
                                                    .key_pem = identity.key_pem()}}},
                                 failure));
}

std::shared_ptr<TlsContext> client_context() {
  ConnectFailure failure;
  return TlsContext::for_client({.verify = net::TlsSettings::Verify::none}, failure);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choices = data[0];
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);

  SimulatedLoop loop(size);
  Network network(loop, {.piece_bytes = (choices & in_small_pieces) != 0 ? 3U : 0U});
  {
    auto [near, far] = network.connect();
    const auto reader = std::make_shared<Recorder>();
    const auto server = net::TlsStream::accept(far, server_context());
    server->set_handler(reader);
    std::shared_ptr<Stream> client;
    std::unique_ptr<Connector::Attempt> attempt;
    if ((choices & after_handshake) != 0) {
      attempt = net::start_tls(near, client_context(), {"localhost", 443, true},
                               [&](std::shared_ptr<Stream> opened, const ConnectFailure&) {
                                 client = std::move(opened);
                               });
      loop.run_for(std::chrono::seconds(1));
      require(client != nullptr);
    }
    if ((choices & server_writes) != 0) server->write("from the server");
    if ((choices & reads_nothing) != 0) near->pause_reading();
    near->write(bytes);
    loop.run_for(std::chrono::seconds(30));
    require(reader->text.empty());
    require(server->is_open() == (reader->closes == 0));
    server->close();
    near->close();
    loop.run_for(std::chrono::minutes(1));
    require(reader->closes == 1);
  }
  require(loop.run_until_idle());
  require(network.live_ends() == 0);
  return 0;
}
