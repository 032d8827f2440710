// SPDX-License-Identifier: MIT
// Where a server listens besides an address and a port, and what is said about its clients: UNIX
// sockets, descriptors, systemd's sockets, the PROXY protocol, trust_proxy.
#include "support/live_server.hpp"
#include "support/tcp_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace socketio::support {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

/// A server on its own thread, which tells each request what it knows about its sender.
class AddressServer {
 public:
  explicit AddressServer(const ListenOptions& where, ServerOptions options = {})
      : io_(std::move(options)) {
    io_.http().get("/address", [](const HttpRequest& request) {
      return HttpResponse{.body = "from <" + request.address + ">"};
    });
    port = io_.listen(where);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~AddressServer() {
    io_.stop();
    thread_.join();
  }
  AddressServer(const AddressServer&) = delete;
  AddressServer& operator=(const AddressServer&) = delete;

  std::uint16_t port = 0;

 private:
  Server io_;
  std::thread thread_;
};

constexpr std::string_view question = "GET /address HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";

std::string ask(std::uint16_t port, std::string_view before = "", std::string_view headers = "") {
  TcpClient client(port);
  client.send(std::string(before).append(question).append(headers).append("\r\n"));
  return client.receive_all();
}

class UnixSocket : public testing::Test {
 protected:
  UnixSocket() {
    std::string name = (std::filesystem::temp_directory_path() / "socketio-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~UnixSocket() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/server"; }

  std::string ask_there() const {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    std::string answer;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      const std::string request = std::string(question) + "\r\n";
      EXPECT_EQ(::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(request.size()));
      char buffer[4096];
      for (ssize_t size = 0; (size = ::recv(descriptor, buffer, sizeof buffer, 0)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(size));
      }
    }
    ::close(descriptor);
    return answer;
  }

 private:
  std::string folder_;
};

TEST_F(UnixSocket, IsServedAndItsFileGoesWithTheServer) {
  {
    const AddressServer server({.unix_path = path(), .unix_permissions = 0600});
    EXPECT_EQ(server.port, 0);
    EXPECT_THAT(ask_there(), EndsWith("from <>"));
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
  }
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(UnixSocket, OfAServerThatHasEndedIsReplaced) {
  const int stale = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(stale, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(stale);
  ASSERT_TRUE(std::filesystem::exists(path()));
  const AddressServer server({.unix_path = path()});
  EXPECT_THAT(ask_there(), EndsWith("from <>"));
}

TEST_F(UnixSocket, OfAServerThatRunsIsLeftAlone) {
  const AddressServer server({.unix_path = path()});
  Server second;
  try {
    second.listen({.unix_path = path()});
    FAIL() << "two servers on one file";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::address_in_use);
    EXPECT_THAT(error.what(), HasSubstr(path()));
  }
  second.close();
  EXPECT_THAT(ask_there(), EndsWith("from <>"));
}

TEST_F(UnixSocket, AFileThatIsNoSocketStays) {
  std::filesystem::create_directory(path());
  Server server;
  std::error_code error;
  server.listen({.unix_path = path()}, error);
  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_TRUE(std::filesystem::is_directory(path()));
}

TEST_F(UnixSocket, APathThatIsTooLongIsAnError) {
  Server server;
  std::error_code error;
  server.listen({.unix_path = path() + std::string(108, 'x')}, error);
  EXPECT_EQ(error, std::errc::filename_too_long);
}

int listening_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(descriptor, 16), 0);
  return descriptor;
}

TEST(InheritedDescriptor, IsServed) {
  const AddressServer server({.descriptor = listening_socket()});
  ASSERT_NE(server.port, 0);
  EXPECT_THAT(ask(server.port), EndsWith("from <127.0.0.1>"));
}

TEST(InheritedDescriptor, ThatIsNoSocketIsAnError) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Server server;
  for (const int descriptor : {-1, ends[0]}) {
    std::error_code error;
    EXPECT_EQ(server.listen({.descriptor = descriptor}, error), 0);
    EXPECT_TRUE(error) << descriptor;
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

class Systemd : public testing::Test {
 protected:
  static void set(const std::string& process, const char* count, const char* names) {
    ::setenv("LISTEN_PID", process.c_str(), 1);
    ::setenv("LISTEN_FDS", count, 1);
    ::setenv("LISTEN_FDNAMES", names, 1);
  }
  ~Systemd() override {
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  }
};

TEST_F(Systemd, NamesItsSockets) {
  set(std::to_string(::getpid()), "3", "web:admin");
  const auto sockets = systemd_sockets();
  ASSERT_EQ(sockets.size(), 3U);
  EXPECT_EQ(sockets[0].descriptor, 3);
  EXPECT_EQ(sockets[0].name, "web");
  EXPECT_EQ(sockets[1].descriptor, 4);
  EXPECT_EQ(sockets[1].name, "admin");
  EXPECT_EQ(sockets[2].name, "");
}

TEST_F(Systemd, ForAnotherProcessOrNotAtAllHasNone) {
  EXPECT_TRUE(systemd_sockets().empty());
  set("1", "1", "");
  EXPECT_TRUE(systemd_sockets().empty());
  for (const char* count : {"", "x", "-1", "0", "99999999999999999999"}) {
    set(std::to_string(::getpid()), count, "");
    EXPECT_TRUE(systemd_sockets().empty()) << count;
  }
}

constexpr std::string_view line = "PROXY TCP4 203.0.113.7 198.51.100.1 51234 443\r\n";

TEST(ProxyProtocol, SaysTheClientsAddress) {
  const AddressServer server({.address = "127.0.0.1", .proxy_protocol = true});
  EXPECT_THAT(ask(server.port, line), EndsWith("from <203.0.113.7>"));
  const std::string version_2(
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x08\xc6\x33\x64\x01\0\x01\0\x02", 28);
  EXPECT_THAT(ask(server.port, version_2), EndsWith("from <203.0.113.8>"));
  EXPECT_THAT(ask(server.port, "PROXY UNKNOWN\r\n"), EndsWith("from <127.0.0.1>"));
}

TEST(ProxyProtocol, MayArriveInPieces) {
  const AddressServer server({.address = "127.0.0.1", .proxy_protocol = true});
  TcpClient client(server.port);
  const std::string request = std::string(line) + std::string(question) + "\r\n";
  for (const char& byte : request) client.send({&byte, 1});
  EXPECT_THAT(client.receive_all(), EndsWith("from <203.0.113.7>"));
}

TEST(ProxyProtocol, AConnectionWithoutItIsRefused) {
  const AddressServer server({.address = "127.0.0.1", .proxy_protocol = true});
  EXPECT_EQ(ask(server.port), "");
  EXPECT_EQ(ask(server.port, "PROXY TCP9 a b c d\r\n"), "");
}

TEST(ProxyProtocol, MustArriveInTime) {
  ServerOptions options;
  options.limits.header_timeout = 50ms;
  const AddressServer server({.address = "127.0.0.1", .proxy_protocol = true}, options);
  TcpClient client(server.port);
  client.send(line.substr(0, 20));
  EXPECT_EQ(client.receive_all(), "");
}

TEST(ProxyProtocol, IsNothingSpecialElsewhere) {
  const AddressServer server({.address = "127.0.0.1"});
  EXPECT_THAT(ask(server.port, line), HasSubstr("400 Bad Request"));
}

TEST(TrustProxyOption, DecidesAboutTheAddress) {
  ServerOptions options;
  options.trust_proxy = "loopback";
  const AddressServer server({.address = "127.0.0.1"}, options);
  EXPECT_THAT(ask(server.port, "", "X-Forwarded-For: 203.0.113.7\r\n"),
              EndsWith("from <203.0.113.7>"));
  EXPECT_THAT(ask(server.port, "", "X-Forwarded-For: nobody\r\n"), EndsWith("from <127.0.0.1>"));
  const AddressServer distrustful({.address = "127.0.0.1"});
  EXPECT_THAT(ask(distrustful.port, "", "X-Forwarded-For: 203.0.113.7\r\n"),
              EndsWith("from <127.0.0.1>"));
}

constexpr std::string_view upgrade =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: inner:1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://outer.example\r\n"
    "X-Forwarded-Host: outer.example\r\nX-Forwarded-Proto: https\r\n\r\n";

std::string status_of_upgrade(const TrustProxy& trust) {
  ServerOptions options;
  options.trust_proxy = trust;
  options.cors.origins = "http://other.example";
  const AddressServer server({.address = "127.0.0.1"}, options);
  TcpClient client(server.port);
  client.send(upgrade);
  client.receive();
  return client.unread().substr(9, 3);
}

TEST(TrustProxyOption, DecidesAboutTheHostThatAWebSocketComesFrom) {
  EXPECT_EQ(status_of_upgrade("loopback"), "101");
  EXPECT_EQ(status_of_upgrade("10.0.0.1"), "403");
  EXPECT_EQ(status_of_upgrade({}), "403");
}

TEST(TrustProxyOption, DecidesAboutTheHandshake) {
  ServerOptions options;
  options.trust_proxy = 1;
  LiveServer server(options, [](Server& io) {
    io.on("who", [](Socket& socket) {
      return json{socket.handshake().address, socket.handshake().secure};
    });
  });
  TcpClient client(server.port);
  client.send(
      "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
      "Forwarded: for=203.0.113.7;proto=https\r\n\r\n");
  const std::string opening = client.receive_all();
  const auto begin = opening.find("\"sid\":\"") + 7;
  const std::string sid = opening.substr(begin, opening.find('"', begin) - begin);
  const auto post = [&](std::string_view body) {
    TcpClient poster(server.port);
    poster.send("POST /socket.io/?EIO=4&transport=polling&sid=" + sid +
                " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    EXPECT_THAT(poster.receive_all(), EndsWith("ok"));
  };
  post("40");
  post("420[\"who\"]");
  TcpClient poller(server.port);
  poller.send("GET /socket.io/?EIO=4&transport=polling&sid=" + sid +
              " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(poller.receive_all(), EndsWith("430[[\"203.0.113.7\",true]]"));
}

}  // namespace
}  // namespace socketio::support
